"""A dense list of records as one inline custom component: sortable, by keyboard too, with rows to open and to choose.

Streamlit's own dataframe draws on a canvas, out of reach for screen readers; it stays what shows data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from components.language import N_, _, shown

CSS = """
:host{display:block}
.box{overflow:auto;border:1px solid var(--st-border-color);border-radius:6px;background:var(--st-background-color)}
table{border-collapse:separate;border-spacing:0;width:100%;font:400 13px var(--st-font);color:var(--st-text-color)}
th,td{padding:5px 9px;text-align:left;white-space:nowrap;border-bottom:1px solid color-mix(in srgb,var(--st-border-color) 70%,transparent)}
tbody tr:last-child td{border-bottom:0}
th{position:sticky;top:0;z-index:1;background:var(--st-secondary-background-color);font-weight:500;font-size:12px;color:color-mix(in srgb,var(--st-text-color) 72%,transparent)}
th button{all:unset;cursor:pointer;position:relative}
th button:focus-visible,td button:focus-visible{outline:2px solid var(--st-primary-color);outline-offset:1px;border-radius:3px}
th[aria-sort] .a{opacity:.9}.a{opacity:0;font-size:9px;position:absolute;left:100%;top:2px}.r .a{left:auto;right:100%}
th:hover .a{opacity:.45}th[aria-sort]:hover .a{opacity:.9}
.r{text-align:right;font-variant-numeric:tabular-nums}
td.w{max-width:0;width:100%;overflow:hidden;text-overflow:ellipsis;min-width:80px}
td.l{max-width:0;width:100%;min-width:150px;white-space:normal;overflow-wrap:anywhere;line-height:1.45}
td.m{max-width:260px;overflow:hidden;text-overflow:ellipsis}
tr.o{cursor:pointer}tr.o:hover td{background:color-mix(in srgb,var(--st-secondary-background-color) 75%,transparent)}
tr[aria-selected=true] td{background:color-mix(in srgb,var(--st-primary-color) 10%,transparent)}
tr[aria-selected=true] td:first-child{box-shadow:inset 3px 0 0 var(--st-primary-color)}
td .n{all:unset;max-width:100%;cursor:pointer;font-weight:600;overflow:hidden;text-overflow:ellipsis;display:block}
tr.o:hover .n{color:var(--st-primary-color)}
small{opacity:.7;font-size:12px;margin-left:6px;font-weight:400}
.q{color:color-mix(in srgb,var(--st-text-color) 68%,transparent)}
.d{display:inline-block;width:8px;height:8px;border-radius:50%;margin-right:7px;background:var(--c)}
.d.p{animation:p 1.2s ease-in-out infinite}@keyframes p{50%{opacity:.25}}
@media (prefers-reduced-motion:reduce){.d.p{animation:none}}
.b{display:inline-block;padding:0 6px;border-radius:4px;font-size:11.5px;line-height:18px;margin-right:4px;color:color-mix(in srgb,var(--c) 60%,var(--st-text-color));background:color-mix(in srgb,var(--c) 13%,transparent)}
.s{display:inline-flex;align-items:center;gap:6px;justify-content:flex-end;min-width:92px}
.s i{display:block;width:44px;height:5px;border-radius:3px;background:color-mix(in srgb,var(--st-text-color) 12%,transparent);overflow:hidden}
.s i b{display:block;height:100%;background:var(--c)}
.k{color:var(--c);font-weight:600}
svg.h{display:block;height:22px}svg.h rect{fill:var(--st-blue-color);opacity:.8}
.e{padding:18px;text-align:center;opacity:.7}
input{accent-color:var(--st-primary-color);margin:0;display:block;cursor:pointer}
td.x,th.x{width:1px;padding-right:2px}
"""  # noqa: E501

JS = """
const S=new WeakMap(),C=n=>n?`var(--st-${n}-color)`:'currentColor';
const el=(t,c,x)=>{const e=document.createElement(t);if(c)e.className=c;if(x!==undefined)e.textContent=x;return e};
const NS='http://www.w3.org/2000/svg';
function bars(v){const g=document.createElementNS(NS,'svg'),n=v.length||1,w=Math.max(2,Math.min(9,Math.floor(110/n)-1)),m=Math.max(...v,1);
  g.setAttribute('class','h');g.setAttribute('width',n*(w+1));g.setAttribute('height',22);g.setAttribute('aria-hidden','true');
  v.forEach((q,k)=>{const r=document.createElementNS(NS,'rect'),h=q?Math.max(1.5,q/m*21):0;r.setAttribute('x',k*(w+1));r.setAttribute('y',22-h);r.setAttribute('width',w);r.setAttribute('height',h);g.append(r)});return g}
function cell(td,c,col){
  if(c.hint||col.kind==='text'&&c.text)td.title=c.hint||c.text; // it may be shortened
  if(col.kind==='status'){const d=el('span','d'+(c.pulse?' p':''));d.style.setProperty('--c',C(c.colour));td.append(d,c.text)}
  else if(col.kind==='badges'){(c.items||[]).forEach(x=>{const b=el('span','b',x.text);b.style.setProperty('--c',C(x.colour));td.append(b)})}
  else if(col.kind==='share'){const s=el('span','s'),i=el('i'),b=el('b');b.style.width=Math.min(100,100*(c.value||0))+'%';b.style.setProperty('--c',C(c.colour||'orange'));i.append(b);s.append(c.text,i);td.append(s)}
  else if(col.kind==='bars'){td.append(bars(c.values||[]))}
  else if(c.mark){const b=el('span','k',c.text);b.style.setProperty('--c',C(c.mark));td.append(b)}
  else{td.append(c.text);if(c.note)td.append(el('small','',c.note))}
}
export default function({parentElement,data,setTriggerValue,setStateValue}){
  let s=S.get(parentElement);
  if(!s){s={chosen:new Set(),sort:null,down:false};S.set(parentElement,s);s.box=el('div','box');parentElement.querySelector('#root').append(s.box)}
  s.box.style.maxHeight=data.height?data.height+'px':'';
  if(s.epoch!==data.epoch){s.epoch=data.epoch;s.chosen=new Set(data.chosen||[])}
  const ids=new Set(data.rows.map(r=>r.id));s.chosen.forEach(i=>ids.has(i)||s.chosen.delete(i));
  const tell=()=>setStateValue('chosen',[...s.chosen]);
  const draw=()=>{
    const active=s.box.getRootNode().activeElement,focus=active?.dataset?.focus;
    const table=el('table'),head=el('thead'),hr=el('tr'),body=el('tbody');table.setAttribute('aria-label',data.label);
    if(data.multiple){const th=el('th','x'),i=el('input');i.type='checkbox';i.setAttribute('aria-label',data.words.all);
      i.checked=data.rows.length>0&&data.rows.every(r=>s.chosen.has(r.id));i.onchange=()=>{s.chosen=new Set(i.checked?data.rows.map(r=>r.id):[]);draw();tell()};th.append(i);hr.append(th)}
    data.columns.forEach((c,k)=>{const th=el('th',c.right?'r':'');th.scope='col';if(c.hint)th.title=c.hint;
      if(c.sortable){const b=el('button');b.dataset.focus='h'+k;const a=el('span','a',s.sort===k&&s.down?'▼':'▲');c.right?b.append(a,c.label):b.append(c.label,a);
        if(s.sort===k)th.setAttribute('aria-sort',s.down?'descending':'ascending');
        b.onclick=()=>{if(s.sort===k){if(s.down===!c.right){s.sort=null}else s.down=!s.down}else{s.sort=k;s.down=!!c.right}draw()};th.append(b)}
      else th.textContent=c.label;hr.append(th)});
    head.append(hr);
    let rows=data.rows;
    if(s.sort!==null&&data.columns[s.sort]){const k=s.sort,v=r=>r.cells[k].value??r.cells[k].text,sign=s.down?-1:1;
      rows=[...rows].sort((a,b)=>{const x=v(a),y=v(b);if(x===null||x==='')return 1;if(y===null||y==='')return -1;return sign*(typeof x==='number'&&typeof y==='number'?x-y:String(x).localeCompare(String(y),undefined,{numeric:true}))})}
    rows.forEach(r=>{const tr=el('tr',data.opens?'o':'');tr.dataset.id=r.id;if(r.id===data.selected)tr.setAttribute('aria-selected','true');
      if(data.multiple){const td=el('td','x'),i=el('input');i.type='checkbox';i.checked=s.chosen.has(r.id);i.dataset.focus='c'+r.id;i.setAttribute('aria-label',data.words.choose.replace('{name}',()=>r.cells[0].text));
        i.onclick=e=>e.stopPropagation();td.onclick=e=>e.stopPropagation();i.onchange=()=>{i.checked?s.chosen.add(r.id):s.chosen.delete(r.id);draw();tell()};td.append(i);tr.append(td)}
      r.cells.forEach((c,k)=>{const col=data.columns[k],td=el('td',(col.right?'r ':'')+(col.wraps?'l ':col.wide?'w ':col.kind==='text'?'m ':'')+(col.quiet?'q':''));
        if(k===0&&data.opens){const b=el('button','n');b.dataset.focus='o'+r.id;b.append(c.text);if(c.note)b.append(el('small','',c.note));b.title=c.hint||c.text;
          b.onkeydown=e=>{const n=e.key==='ArrowDown'?tr.nextElementSibling:e.key==='ArrowUp'?tr.previousElementSibling:null;if(n){e.preventDefault();n.querySelector('.n')?.focus()}};td.append(b)}
        else cell(td,c,col);tr.append(td)});
      if(data.opens)tr.onclick=()=>{setTriggerValue('open',r.id)};
      body.append(tr)});
    table.append(head,body);const top=s.box.scrollTop;
    s.box.replaceChildren(table);if(!rows.length)s.box.append(el('div','e',data.empty));s.box.scrollTop=top;
    if(focus)[...s.box.querySelectorAll('[data-focus]')].find(q=>q.dataset.focus===focus)?.focus({preventScroll:true});
  };
  draw();
}
"""  # noqa: E501

_component = st.components.v2.component("sekkei_record_table", html="<div id='root'></div>", css=CSS, js=JS)


@dataclass(frozen=True)
class Heading:
    """A column. ``kind`` is ``text``, ``status``, ``badges``, ``share`` (of 1) or ``bars``; ``wide``: it stretches.

    ``wraps``: it stretches, and long text goes on in the next line.
    """

    label: str
    kind: str = "text"
    right: bool = False
    wide: bool = False
    wraps: bool = False
    quiet: bool = False
    sortable: bool = True
    hint: str = ""


@dataclass(frozen=True)
class Clicked:
    """What the visitor did: ``opened`` a record just now, and which records are ``chosen``."""

    opened: str | None
    chosen: tuple[str, ...]


def cell(text: object, value: Any = None, **more: Any) -> dict[str, Any]:
    """One cell: its text, what it is sorted by (the text, unless said), and what its kind needs."""
    return {"text": str(text), "value": value} | more


def show(
    headings: Sequence[Heading],
    rows: Mapping[str, Sequence[dict[str, Any]]],
    *,
    label: str,
    key: str,
    opens: bool = True,
    multiple: bool = False,
    selected: str | None = None,
    chosen: Sequence[str] = (),
    height: int | None = None,
    empty: str = N_("Nothing here yet."),
    on_open: Callable[[str], None] | None = None,
) -> Clicked:
    """Draw ``rows``, by their ids; a click on one opens it, check boxes choose several.

    ``on_open`` hears of a click before anything is drawn; ``chosen`` sets the boxes anew whenever it changes.
    """

    def heard() -> None:
        record = getattr(st.session_state.get(key), "open", None)
        if on_open is not None and record in rows:
            on_open(record)

    found = _component(
        key=key,
        data={
            "label": label,
            "words": {"all": _("Choose all"), "choose": _("Choose {name}", name="{name}")},
            "columns": [asdict(h) | {"label": shown(h.label), "hint": shown(h.hint)} for h in headings],
            "rows": [{"id": record, "cells": list(cells)} for record, cells in rows.items()],
            "opens": opens,
            "multiple": multiple,
            "selected": selected,
            "chosen": list(chosen),
            "epoch": "\n".join(chosen),
            "height": height,
            "empty": shown(empty),
        },
        default={"chosen": list(chosen)},
        on_open_change=heard,
        on_chosen_change=lambda: None,
        height="content",
    )
    opened = getattr(found, "open", None)
    kept = tuple(c for c in getattr(found, "chosen", None) or () if c in rows)
    return Clicked(opened if opened in rows else None, kept)


def example() -> tuple[list[Heading], dict[str, list[dict[str, Any]]]]:
    """Two records, for tests."""
    return (
        [Heading("Name", wide=True), Heading("State", "status"), Heading("Rows", right=True)],
        {
            "a": [cell("first"), cell("Done", colour="green"), cell("1,200", 1200)],
            "b": [cell("second"), cell("Failed", colour="red"), cell("7", 7)],
        },
    )
