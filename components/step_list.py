# ruff: noqa: E501 - the CSS and JavaScript have lines of their own
"""The steps in order, as one element: select one or several, insert between, move, duplicate, switch off, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.language import _
from components.step_view import StepView

CSS = """
:host{display:block}
.list{font:400 13px var(--st-font);color:var(--st-text-color);display:flex;flex-direction:column;gap:3px;margin:0;padding:1px;list-style:none}
.card{position:relative;display:grid;grid-template-columns:20px minmax(0,1fr);align-items:center;column-gap:7px;padding:4px 8px 4px 5px;
 border:1px solid var(--st-border-color);border-left:3px solid var(--c);border-radius:6px;background:var(--st-background-color);cursor:pointer;user-select:none;outline:none}
.card:hover{background:var(--st-secondary-background-color)}
.card:focus-visible{box-shadow:0 0 0 2px color-mix(in srgb,var(--st-primary-color) 55%,transparent)}
.card[aria-current=true]{border-color:var(--st-primary-color);border-left-color:var(--c);background:color-mix(in srgb,var(--st-primary-color) 9%,var(--st-background-color))}
.card.drag{opacity:.4}.card.before{box-shadow:0 -3px 0 -1px var(--st-primary-color)}.card.after{box-shadow:0 3px 0 -1px var(--st-primary-color)}
.num{opacity:.75;font-variant-numeric:tabular-nums;text-align:right;font-size:12px}
.t{min-width:0}.r{display:flex;align-items:center;gap:8px}
.t b{flex:1;min-width:0;font-weight:600;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;line-height:17px}
.t small{flex:1;min-width:0;opacity:.8;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;font-size:11.5px;line-height:15px;min-height:15px}
.d{flex:none;font-size:11px;line-height:15px;opacity:.8;font-variant-numeric:tabular-nums;white-space:nowrap}
.s{flex:none;color:var(--c);height:16px;display:flex;gap:4px;align-items:center}
.s svg{display:block}
.spin{animation:r 1s linear infinite}@keyframes r{to{transform:rotate(360deg)}}
@media (prefers-reduced-motion:reduce){.spin{animation:none}}
.n{min-width:15px;height:15px;padding:0 3px;box-sizing:border-box;border-radius:8px;font-weight:600;font-size:10.5px;display:grid;place-items:center}
.n.e{background:color-mix(in srgb,var(--st-red-color) 16%,transparent);color:var(--st-red-color)}
.n.w{background:color-mix(in srgb,var(--st-orange-color) 18%,transparent);color:var(--st-orange-color)}
.act{position:absolute;right:3px;top:1px;bottom:1px;display:flex;align-items:center;padding:0 2px 0 18px;opacity:0;pointer-events:none;border-radius:5px;
 background:linear-gradient(90deg,transparent,color-mix(in srgb,var(--st-primary-color) 9%,var(--st-background-color)) 16px)}
.card[aria-current=true]:hover .act,.card[aria-current=true]:focus-visible .act,.card[aria-current=true] .act:focus-within{opacity:1;pointer-events:auto}
@media (hover:none){.card[aria-current=true] .act{opacity:1;pointer-events:auto}}
.act .move{display:flex;flex-direction:column}.act .move button{height:16px!important;width:18px!important}
.act button{all:unset;cursor:pointer;width:22px;height:32px;display:grid;place-items:center;border-radius:4px;opacity:.75}
.act button:hover,.act button:focus-visible{background:color-mix(in srgb,var(--st-text-color) 12%,transparent);opacity:1}
.card.marked{background:color-mix(in srgb,var(--st-primary-color) 18%,var(--st-background-color));border-color:var(--st-primary-color);border-left-color:var(--c)}
.note{display:block;font-size:11.5px;line-height:15px;font-style:italic;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;opacity:.8;padding-left:7px;border-left:2px solid var(--st-border-color);margin-top:1px}
.ins{all:unset;position:absolute;left:50%;bottom:-10px;width:18px;height:18px;margin-left:-9px;box-sizing:border-box;display:grid;place-items:center;z-index:2;border-radius:50%;cursor:pointer;opacity:0;pointer-events:none;
 background:var(--st-primary-color);color:var(--st-background-color);transition:opacity .12s .18s}
.card:hover>.ins,.ins:focus-visible{opacity:1;pointer-events:auto}
.bar{position:sticky;top:0;z-index:3;display:flex;align-items:center;gap:2px;padding:3px 4px 3px 9px;margin-bottom:4px;border-radius:6px;font:600 12px var(--st-font);color:var(--st-text-color);
 background:color-mix(in srgb,var(--st-primary-color) 16%,var(--st-background-color))}
.bar span{flex:1}.bar button{all:unset;cursor:pointer;width:24px;height:24px;display:grid;place-items:center;border-radius:4px}
.bar button:hover,.bar button:focus-visible{background:color-mix(in srgb,var(--st-text-color) 14%,transparent)}
.find{position:sticky;top:0;z-index:3;width:100%;box-sizing:border-box;font:400 13px var(--st-font);color:var(--st-text-color);background:var(--st-secondary-background-color);
 border:1px solid var(--st-primary-color);border-radius:6px;padding:5px 9px;margin-bottom:4px;outline:none}
[hidden]{display:none!important}
.off .t{opacity:.45}.off .t b{text-decoration:line-through}
.empty{padding:18px 10px;opacity:.7;line-height:1.5;text-align:center}
"""

JS = """
const P={plus:'M12 5v14M5 12h14',close:'M6 6l12 12M18 6L6 18',copy:'M8 4h9v14H8zM5 8v12h9',up:'M12 19V5M5 12l7-7 7 7',down:'M12 5v14M5 12l7 7 7-7',duplicate:'M9 9h11v11H9zM5 15H4V4h11v1',power:'M12 3v8M6.3 6.3a8 8 0 1 0 11.4 0',remove:'M5 7h14M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3',
 done:'M5 13l4 4L19 7',reused:'M4 12a8 8 0 0 1 13.7-5.6L20 9M20 4v5h-5M20 12a8 8 0 0 1-13.7 5.6L4 15M4 20v-5h5',failed:'M6 6l12 12M18 6L6 18',cancelled:'M6 12h12',skipped:'M6 12h12',running:'M12 3a9 9 0 1 1-9 9',queued:'M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18'};
const fill=(t,o)=>t.replace(/\\{(\\w+)\\}/g,(m,k)=>k in o?o[k]:m);
const C={queued:'var(--st-violet-color)',running:'var(--st-blue-color)',done:'var(--st-green-color)',reused:'var(--st-green-color)',failed:'var(--st-red-color)',error:'var(--st-red-color)',cancelled:'var(--st-orange-color)'};
const drawn={},parse=html=>{const t=document.createElement('template');t.innerHTML=html;return t.content.firstChild};
const icon=(n,size,cls)=>(drawn[[n,size,cls]]??=parse(svg(n,size,cls))).cloneNode(true); // parsed once
const svg=(n,size,cls)=>`<svg class="${cls||''}" width=${size} height=${size} viewBox="0 0 24 24" fill=none stroke=currentColor stroke-width=2.4 stroke-linecap=round stroke-linejoin=round aria-hidden=true><path d="${P[n]}"/></svg>`;
const el=(tag,cls,text)=>{const e=document.createElement(tag);if(cls)e.className=cls;if(text!==undefined)e.textContent=text;return e};
const states=new WeakMap();
export default function({parentElement,data,setTriggerValue}){
  const W=data.words;
  let s=states.get(parentElement);
  if(!s){s={cards:new Map(),list:el('ul','list'),bar:el('div','bar'),find:el('input','find')};s.find.type='search';s.find.hidden=true;
    s.bar.setAttribute('role','toolbar');
    s.filter=()=>{const w=s.find.hidden?[]:s.find.value.toLowerCase().split(/\\s+/).filter(Boolean);for(const li of s.list.children){const t=(li.getAttribute('aria-label')||'').toLowerCase()+' '+(li.dataset.id||'');li.hidden=!w.every(q=>t.includes(q))}};
    const close=()=>{s.find.hidden=true;s.find.value='';s.filter()};s.find.oninput=s.filter;
    s.find.onkeydown=e=>{if(e.key==='Escape'){close()}else if(e.key==='Enter'||e.key==='ArrowDown'){const li=[...s.list.children].find(q=>!q.hidden);if(li){e.preventDefault();if(e.key==='Enter')close();li.focus();if(e.key==='Enter')li.click()}}};
    s.open=()=>{s.find.hidden=false;s.find.focus();s.find.select()};
    parentElement.querySelector('#root').append(s.find,s.bar,s.list);states.set(parentElement,s)}
  s.list.setAttribute('aria-label',W.steps);s.find.placeholder=W.find;s.find.setAttribute('aria-label',W.find);s.bar.setAttribute('aria-label',W.chosen);
  document.addEventListener('sekkei-find',s.open);
  const send=(act,ids,to)=>setTriggerValue('event',{act,ids:Array.isArray(ids)?ids:[ids],to,at:Date.now()});
  const root=s.list.getRootNode(),focused=root.activeElement?.dataset?.id;
  const clear=()=>s.list.querySelectorAll('.before,.after').forEach(e=>e.classList.remove('before','after'));
  const ids=data.steps.map(q=>q.id),marked=s.marked=new Set(data.marked);
  const chosen=id=>marked.has(id)?ids.filter(q=>marked.has(q)):[id];
  const paint=()=>{const several=marked.size>1;[...s.list.children].forEach(li=>li.classList.toggle('marked',several&&marked.has(li.dataset.id)));
    s.bar.hidden=!several;if(!several)return;s.bar.replaceChildren(el('span','',fill(W.count,{count:marked.size})));
    for(const a of ['copy','duplicate','power','remove','close']){const b=el('button');b.append(icon(a,14));b.title=W[a];b.setAttribute('aria-label',b.title);
      b.onclick=()=>a==='close'?mark([],data.selected):send(a,ids.filter(q=>marked.has(q)));s.bar.append(b)}};
  const mark=(which,id)=>{marked.clear();which.forEach(q=>marked.add(q));paint();send('mark',ids.filter(q=>marked.has(q)),id)};
  const range=id=>{const a=ids.indexOf(s.anchor??data.selected),b=ids.indexOf(id);return a<0?[id]:ids.slice(Math.min(a,b),Math.max(a,b)+1)};
  const pick=li=>{marked.clear();paint();s.anchor=li.dataset.id;s.list.querySelectorAll('[aria-current=true]').forEach(e=>e.setAttribute('aria-current','false'));li.setAttribute('aria-current','true');send('select',li.dataset.id)};
  if(!marked.size)s.anchor=data.selected;
  Object.assign(s,{data,ids,send,chosen,mark,range,pick,clear}); // a card that stays as it is asks these, as they are by then
  const words=JSON.stringify(W);
  if(s.words!==words){s.words=words;s.cards.clear()}
  const card=x=>{
    const li=el('li','card'+(x.enabled?'':' off'));li.dataset.id=x.id;li.dataset.status=x.status;li.draggable=true;
    li.style.setProperty('--c',C[x.status]||'color-mix(in srgb,var(--st-gray-color) 55%,transparent)');li.title=[x.title,x.summary,x.note&&fill(W.note,{text:x.note}),x.reason&&fill(W.reason,{text:x.reason})].filter(Boolean).join('\\n');
    const t=el('div','t'),one=el('div','r'),two=el('div','r'),st=el('span','s');
    if(x.errors){st.append(el('span','n e',x.errors))}
    if(x.warnings){st.append(el('span','n w',x.warnings))}
    if(P[x.status])st.append(icon(x.status,13,x.status==='running'?'spin':''));
    one.append(el('b','',x.title),st);two.append(el('small','',x.summary||x.category),el('span','d',x.detail));t.append(one,two);if(x.note)t.append(el('span','note',x.note));
    const act=el('span','act'),move=el('span','move');act.append(move);
    for(const a of ['up','down','duplicate','power','remove']){const b=el('button');b.title=W[a];b.setAttribute('aria-label',W[a]+': '+x.title);b.append(icon(a,a==='up'||a==='down'?11:14));
      b.onclick=e=>{e.stopPropagation();s.send(a,s.chosen(x.id))};(a==='up'||a==='down'?move:act).append(b)}
    const ins=el('button','ins');ins.append(icon('plus',11));ins.title=W.insert;ins.setAttribute('aria-label',fill(W.behind,{title:x.title}));
    ins.onclick=e=>{e.stopPropagation();s.send('insert',x.id)};
    li.append(el('span','num'),t,act,ins);
    li.onclick=e=>{if(e.shiftKey)s.mark(s.range(x.id),x.id);else if(e.ctrlKey||e.metaKey){const w=new Set(s.marked.size?s.marked:[s.data.selected]);if(w.has(x.id))w.delete(x.id);else w.add(x.id);s.anchor=x.id;s.mark([...w],w.has(x.id)?x.id:s.data.selected)}else s.pick(li)};
    li.onkeydown=e=>{if(e.target!==li)return;const up=e.key==='ArrowUp',down=e.key==='ArrowDown';
      if(e.altKey&&(up||down)){e.preventDefault();s.send(up?'up':'down',s.chosen(x.id))}
      else if(up||down){let next=li;do next=up?next.previousElementSibling:next.nextElementSibling;while(next&&next.hidden);if(next){e.preventDefault();next.focus();if(e.shiftKey)s.mark(s.range(next.dataset.id),s.data.selected)}}
      else if((e.ctrlKey||e.metaKey)&&e.key==='a'){e.preventDefault();s.mark(s.ids,s.data.selected)}
      else if(e.key==='Escape'&&s.marked.size){e.preventDefault();s.mark([],s.data.selected)}
      else if((e.key==='Enter'||e.key===' ')&&!e.ctrlKey&&!e.metaKey&&!e.shiftKey){e.preventDefault();s.pick(li)}
      else if(e.key==='Delete'){e.preventDefault();s.send('remove',s.chosen(x.id))}};
    li.ondragstart=e=>{s.drag=x.id;li.classList.add('drag');e.dataTransfer.effectAllowed='move';e.dataTransfer.setData('text/plain',x.id)};
    li.ondragend=()=>{s.drag=undefined;li.classList.remove('drag');s.clear()};
    li.ondragover=e=>{if(s.drag===undefined)return;e.preventDefault();s.clear();const r=li.getBoundingClientRect();li.classList.add(e.clientY>r.top+r.height/2?'after':'before')};
    li.ondrop=e=>{if(s.drag===undefined)return;e.preventDefault();const after=li.classList.contains('after'),from=s.ids.indexOf(s.drag);s.clear();
      let to=s.ids.indexOf(x.id)+(after?1:0);if(from<to)to-=1;if(to!==from)s.send('move',s.drag,to)};
    return li};
  const cards=new Map(),lis=data.steps.map((x,k)=>{
    const said=JSON.stringify({...x,number:0}),had=s.cards.get(x.id),li=had?.said===said?had.li:card(x),on=x.id===data.selected;
    cards.set(x.id,{said,li});
    if(li.on!==on){li.on=on;li.setAttribute('aria-current',on);li.querySelectorAll('button').forEach(b=>b.tabIndex=on?0:-1)}
    else if(li.getAttribute('aria-current')!==String(on))li.setAttribute('aria-current',on);
    li.tabIndex=on||(!data.selected&&k===0)?0:-1;
    if(li.number!==x.number){li.number=x.number;li.firstChild.textContent=x.number;li.setAttribute('aria-label',`${x.number}. ${x.title}. ${x.summary}. ${x.state} ${x.detail}`)}
    return li});
  s.cards=cards;clear();
  if(!lis.length)lis.push(el('li','empty',W.empty));
  const stay=new Set(lis);[...s.list.children].forEach(li=>stay.has(li)||li.remove());
  let next=s.list.firstChild;for(const li of lis){if(li===next)next=next.nextSibling;else s.list.insertBefore(li,next)}
  paint();s.filter();
  const by=id=>[...s.list.children].find(q=>q.dataset.id===id);
  const lost=s.shown!==undefined&&s.shown!==data.selected&&document.activeElement===document.body;  // such as by a palette that closed
  if(lost)by(data.selected)?.focus({preventScroll:true});
  if(focused!==undefined)(s.shown!==data.selected&&by(data.selected)||by(focused))?.focus({preventScroll:true});
  if(s.shown!==data.selected){s.shown=data.selected;requestAnimationFrame(()=>{
    const li=by(data.selected),box=parentElement.host?.closest?.('[class*=steps_scroll]')||parentElement.closest?.('[class*=steps_scroll]');if(!li||!box)return;
    const a=li.getBoundingClientRect(),b=box.getBoundingClientRect();if(a.top<b.top)box.scrollTop-=b.top-a.top+4;else if(a.bottom>b.bottom)box.scrollTop+=a.bottom-b.bottom+4})}
  return()=>document.removeEventListener('sekkei-find',s.open);
}
"""

_component = st.components.v2.component("sekkei_step_list", html="<div id='root'></div>", css=CSS, js=JS)


def show(
    steps: Sequence[StepView],
    *,
    selected: str | None,
    marked: Sequence[str] = (),
    key: str,
    on_act: Callable[[str, list[str], int | None], None],
    on_select: Callable[[str], None],
    on_mark: Callable[[list[str], str | None], None],
) -> None:
    """Draw the steps. A click gives ``on_select`` the step's id; with Shift or Ctrl, ``on_mark`` the steps chosen.

    Any other act gives ``on_act`` its name, the steps, and the place to move to: ``up``, ``down``, ``move``,
    ``insert`` (behind the step), ``duplicate``, ``copy``, ``power``, ``remove``.
    """

    def heard() -> None:
        event = _event(key)
        if event is None:
            return
        known = {s.id for s in steps}
        ids = [i for i in event["ids"] if i in known]
        match event["act"]:
            case "mark":
                on_mark(ids, event.get("to"))
            case _ if not ids:
                return
            case "select":
                on_select(ids[0])
            case act:
                on_act(act, ids, event.get("to"))

    _component(
        key=key,
        data={"selected": selected, "marked": list(marked), "steps": [vars(s) for s in steps], "words": words()},
        on_event_change=heard,
        height="content",
    )


def words() -> dict[str, str]:
    """What the list says of itself; a name in braces is filled in by the browser."""
    return {
        "up": _("Move up"),
        "down": _("Move down"),
        "duplicate": _("Duplicate"),
        "power": _("Switch on or off"),
        "remove": _("Delete"),
        "copy": _("Copy"),
        "close": _("Choose one alone"),
        "steps": _("Steps"),
        "find": _("Find a step"),
        "chosen": _("Chosen steps"),
        "count": _("{count} steps", count="{count}"),
        "note": _("Note: {text}", text="{text}"),
        "reason": _("Not reused: {text}", text="{text}"),
        "insert": _("Insert a step here"),
        "behind": _("Insert a step behind {title}", title="{title}"),
        "empty": _("No steps yet. Add a dataset to begin with."),
    }


def _event(key: str) -> dict[str, Any] | None:
    state = st.session_state.get(key)
    event = getattr(state, "event", None)
    return dict(event) if event else None
