# ruff: noqa: E501 - the CSS and JavaScript have lines of their own
"""Between Python and the canvas in the browser: what a visitor does there is told, and what steps say is written there.

streamlit-flow-component answers every picture it is given twice, each time with all of it, and draws everything anew
for a changed word. So its answers end here. What the visitor does goes to Python as an event of its own: a step
selected, steps moved, a connection drawn. Words, statuses and the selection go the other way, straight into the nodes;
the component is left with places and lines. A new picture is told from a known one by its ``timestamp``, a number that
Python raises; the component itself would compare the clocks of two machines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from components.canvas_layout import LARGEST, READABLE

FRAME = "streamlit_flow.streamlit_flow"  # the iframe's title

CSS = """
@font-face{font-family:'Source Sans';src:url('FONT') format('woff2');font-weight:200 900}
body{font-family:'Source Sans',system-ui,sans-serif}
.react-flow{border:1px solid var(--line);border-radius:6px;box-sizing:border-box}
.react-flow__node{background:var(--surface);color:var(--text);border:1px solid var(--line);border-left:4px solid var(--c);border-radius:7px;text-align:left;font-size:12px}
.react-flow__node.selected,.react-flow__node.selected:hover{box-shadow:none}
.react-flow__node:hover{box-shadow:0 2px 8px rgb(0 0 0/.18)!important}
.react-flow__node[aria-current=true]{box-shadow:0 0 0 2px var(--primary)!important}
.react-flow__node.off{opacity:.45}
.react-flow__node:focus-visible{outline:2px solid var(--primary);outline-offset:3px}
.react-flow__node .markdown-node{padding:0;height:100%;overflow:hidden}
.markdown-node .sk,.markdown-node .sk *{margin:0}
.sk{position:relative;padding:6px 9px 0 9px;line-height:17px}
.sk b,.sk small,.sk i{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.sk b{display:block;font-weight:600;font-size:13px;line-height:17px;padding-right:14px}
.sk div{display:flex;gap:8px;font-size:11.5px;line-height:15px}
.sk small{flex:1 1 20px;min-width:20px;opacity:.72;font-size:inherit}
.sk i{flex:0 1 auto;font-style:normal;font-variant-numeric:tabular-nums;opacity:.85}
.sk em{position:absolute;right:9px;top:6px;font-style:normal;font-weight:700;font-size:12px;color:var(--orange)}
.sk em.error{color:var(--red)}
.react-flow__edge.runs path.react-flow__edge-path{stroke-dasharray:5;animation:dashdraw .5s linear infinite}
.react-flow__handle{width:8px;height:8px;background:var(--surface);border:1.5px solid var(--edge)}
.react-flow__handle:hover{background:var(--primary);border-color:var(--primary)}
.react-flow__controls{box-shadow:none;border:1px solid var(--line);border-radius:6px;overflow:hidden}
.react-flow__controls-button{background:var(--surface);border-bottom:1px solid var(--line);fill:var(--text)}
.react-flow__controls-button:hover{background:var(--raised)}
.react-flow__controls-interactive{display:none}
.react-flow__background pattern circle{fill:var(--line)}
"""

# Run inside the component's page: what it says to Streamlit and what it is told goes through the bridge.
INSIDE = """
{
  const page=window.parent,told=window.postMessage.bind(window);
  window.parent={postMessage(m,to){m.type==='streamlit:setComponentValue'?window.sekkei.hear(m.value):page.postMessage(m,to)}};
  window.postMessage=(m,...rest)=>told(m?.type==='streamlit:render'?window.sekkei.given(m):m,...rest);
}
"""

JS = """
const states=new WeakMap(),MOVED=1; // pixels; less is rounding
const el=(tag,cls,text)=>{const e=document.createElement(tag);if(cls)e.className=cls;if(text!==undefined)e.textContent=text;return e};
const place=node=>{const m=/translate\\((-?[\\d.e+-]+)px,\\s*(-?[\\d.e+-]+)px\\)/.exec(node.style.transform);return m&&[+m[1],+m[2]]};

function bridge(){
  const s={data:null,send:null,frame:null,revision:undefined,fit:false,own:false,fitting:false,wanted:false};
  const page=()=>s.frame?.contentDocument,nodes=()=>[...page().querySelectorAll('.react-flow__node')];
  const places=()=>new Map(nodes().map(n=>[n.dataset.id,place(n)]));

  // From the canvas: what the visitor did, and nothing else.
  const hear=({selectedId:id,edges})=>{
    if(id==null)return;
    const made=id.startsWith('st-flow-edge_')&&edges.find(x=>x.id===id);
    s.send(made?{connect:[made.source,made.target]}:{select:id})};
  // From Streamlit to the component: a picture is new where its number is. Streamlit's own objects are left as they are.
  const given=({args,...rest})=>{
    const known=args.timestamp===s.revision;
    if(!known){s.fit=s.revision===undefined||args.fitView&&!s.own;s.revision=args.timestamp;s.fitting=s.fit}
    return{...rest,args:{...args,fitView:s.fit,timestamp:known?0:Number.MAX_SAFE_INTEGER}}};
  // The view: all of the pipeline, no smaller than can be read and no larger than it is, and the selected step is in it. The component has no
  // say in where its view is, so that the mouse is moved for it.
  const lookAt=fitted=>{
    const all=nodes(),view=page().querySelector('.react-flow__viewport'),scale=+(/scale\\(([\\d.]+)\\)/.exec(view?.style.transform)?.[1]??1);
    const small=fitted&&scale<s.data.readable-.001,chosen=all.find(n=>n.dataset.id===s.data.selected);
    if(small&&all.length)bring(chosen??all[0],s.data.readable/scale);
    else if(fitted&&scale>s.data.largest+.001)shrink(s.data.largest/scale);
    else if(chosen)bring(chosen,1);
    return !!chosen};
  const pane=()=>page().querySelector('.react-flow__pane'),middle=b=>[b.x+b.width/2,b.y+b.height/2];
  const mouse=(kind,what,[x,y],more)=>pane().dispatchEvent(new s.view[kind](what,{view:s.view,bubbles:true,cancelable:true,clientX:x,clientY:y,...more}));
  const turn=(times,about)=>mouse('WheelEvent','wheel',about,{deltaY:-Math.log2(times)/.002});
  const shrink=times=>turn(times,middle(pane().getBoundingClientRect()));
  const bring=(node,times)=>{
    const box=pane().getBoundingClientRect(),r=node.getBoundingClientRect(),[c,q]=[middle(box),middle(r)];
    if(times>1){turn(times,c.map((to,i)=>(to-q[i]*times)/(1-times)));return} // about the point that brings the step into the middle
    if(r.left>=box.left&&r.right<=box.right&&r.top>=box.top&&r.bottom<=box.bottom)return;
    mouse('MouseEvent','mousedown',q,{buttons:1});mouse('MouseEvent','mousemove',c,{buttons:1});mouse('MouseEvent','mouseup',c)};
  const moved=(start,revision)=>requestAnimationFrame(()=>setTimeout(()=>{
    if(revision!==s.revision||!page())return; // drawn anew meanwhile: where steps stood says nothing now
    const found=[...places()].filter(([id,now])=>{const then=start.get(id);return now&&then&&(Math.abs(now[0]-then[0])>MOVED||Math.abs(now[1]-then[1])>MOVED)});
    if(found.length)s.send({moved:found})}));
  const listen=view=>{
    view.sekkei={hear,given};s.view=view;
    const inside=view.document.createElement('script');inside.textContent=s.data.inside;view.document.head.append(inside);
    view.addEventListener('pointerdown',e=>{
      s.fitting=false;
      const [start,revision]=[places(),s.revision],on=e.target.closest('.react-flow__node,.react-flow__nodesselection');
      view.addEventListener('pointerup',up=>{
        if(on)moved(start,revision);
        else if(e.target.closest('.react-flow__controls-fitview')){s.own=false;s.fitting=true}
        else if(e.target.closest('.react-flow__controls')||Math.hypot(up.clientX-e.clientX,up.clientY-e.clientY)>MOVED)s.own=true},
        {once:true,capture:true})},true);
    view.addEventListener('wheel',e=>{if(e.isTrusted)[s.own,s.fitting]=[true,false]},{capture:true,passive:true}); // the visitor's own view is left alone
    view.addEventListener('keydown',e=>{
      const on=e.target.closest?.('.react-flow__node'),{key,code,keyCode,ctrlKey,metaKey,shiftKey,altKey}=e,plain=!(ctrlKey||metaKey||altKey);
      if(on&&plain&&(key==='Enter'||key===' ')&&!shiftKey){s.send({select:on.dataset.id});return}
      if(key.startsWith('Arrow')&&!altKey){if(on&&!e.repeat){const [start,revision]=[places(),s.revision];view.addEventListener('keyup',()=>moved(start,revision),{once:true})}return}
      if(key==='Tab')return;
      document.body.dispatchEvent(new KeyboardEvent('keydown',{key,code,keyCode,ctrlKey,metaKey,shiftKey,altKey,bubbles:true,cancelable:true}))})};

  // To the canvas: what steps say.
  const write=(node,x)=>{
    const box=node.querySelector('.markdown-node');
    if(!box)return;
    let card=box.querySelector('.sk');
    if(!card)box.append(card=el('div','sk'));
    const said=JSON.stringify(x);
    if(card.said!==said){
      card.said=said;
      const line=el('div');line.append(el('small','',x.below));if(x.detail)line.append(el('i','',x.detail));
      card.replaceChildren(el('b','',x.title));
      if(x.errors||x.warnings)card.append(el('em',x.errors?'error':'',x.errors||x.warnings));
      card.append(line);
      node.style.setProperty('--c',x.colour);
      node.dataset.status=x.status}
    if(node.classList.contains('off')===x.enabled)node.classList.toggle('off',!x.enabled);
    const current=String(x.id===s.data.selected);
    if(node.getAttribute('aria-current')!==current)node.setAttribute('aria-current',current)};
  s.paint=()=>{
    const root=page()?.documentElement;
    if(!root||!s.data)return;
    for(const [name,colour] of Object.entries(s.data.colours))root.style.setProperty(`--${name}`,colour);
    const steps=new Map(s.data.steps.map(x=>[x.id,x]));
    for(const node of nodes()){const x=steps.get(node.dataset.id);if(x)write(node,x)}
    for(const edge of root.querySelectorAll('.react-flow__edge')){
      const runs=steps.get((edge.dataset.testid??'').split('>').pop().split('.')[0])?.status==='running';
      if(edge.classList.contains('runs')!==runs)edge.classList.toggle('runs',runs)}
    if(s.wanted&&s.view)s.wanted=!lookAt(false)};

  const known=new WeakSet();
  const enter=()=>{
    const inside=page();
    if(!inside?.body||inside.URL==='about:blank'||known.has(inside))return;
    known.add(inside);Object.assign(s,{revision:undefined,own:false,fitting:true}); // its first picture may be on its way
    const style=inside.createElement('style');style.textContent=s.data.css;inside.head.append(style);
    listen(s.frame.contentWindow);
    new MutationObserver(seen=>{if(s.fitting&&seen.some(m=>m.target.matches('.react-flow__viewport')))lookAt(true)})
      .observe(inside.body,{subtree:true,attributes:true,attributeFilter:['style']});
    new MutationObserver(s.paint).observe(inside.body,{childList:true,subtree:true,attributes:true,attributeFilter:['class']});
    s.paint()};
  s.follow=()=>{
    const frame=document.querySelector(`iframe[title="${s.data.frame}"]`);
    if(frame!==s.frame){s.frame=frame;frame?.addEventListener('load',enter)}
    enter();s.paint()};
  return s}

export default function({parentElement,data,setTriggerValue}){
  let s=states.get(parentElement);
  if(!s){states.set(parentElement,s=bridge());s.ready=e=>{if(e.data?.type==='streamlit:componentReady')s.follow()}}
  if(s.data&&s.data.selected!==data.selected)s.wanted=true;
  s.data=data;s.send=what=>setTriggerValue('event',{...what,at:Date.now()});
  window.addEventListener('message',s.ready); // before the canvas has its first picture
  s.follow();
  return()=>window.removeEventListener('message',s.ready);
}
"""

_component = st.components.v2.component("sekkei_canvas_bridge", html="<span></span>", js=JS)


def show(
    steps: Sequence[Mapping[str, Any]],
    *,
    selected: str | None,
    colours: Mapping[str, str],
    key: str,
    on_event: Callable[[Mapping[str, Any]], None],
) -> None:
    """Draw nothing, and keep the canvas beside it in step; call it behind the canvas.

    Args:
        steps: of each ``id``, ``title``, ``below`` (the second line), ``detail``, ``errors``, ``warnings``,
            ``enabled``, ``status`` and its ``colour``.
        on_event: gets ``{"select": id}`` (a step or a line), ``{"moved": [[id, [x, y]], …]}`` or
            ``{"connect": [source, target]}``.
    """

    def heard() -> None:
        event = getattr(st.session_state.get(key), "event", None)
        if event:
            on_event(event)

    data = {
        "frame": FRAME,
        "steps": list(steps),
        "selected": selected,
        "colours": dict(colours),
        "readable": READABLE,
        "largest": LARGEST,
        "css": CSS.replace("FONT", _font()),
        "inside": INSIDE,
    }
    _component(key=key, data=data, on_event_change=heard, height="content")


@cache
def _font() -> str:
    """The address of Streamlit's own font, seen from the component's page."""
    folder = Path(st.__file__).parent / "static" / "static" / "media"
    found = next(iter(sorted(folder.glob("SourceSansVF-Upright*.woff2"))), None)
    return f"../../static/media/{found.name}" if found else ""
