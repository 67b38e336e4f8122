# ruff: noqa: E501 - the CSS and JavaScript have lines of their own
"""The step library to pick from: search over titles, synonyms and scikit-learn's names, grouped by category."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from components.language import N_, _, current, said
from pipelines.algorithms.library import ALGORITHMS
from pipelines.document.edits import AddStep
from pipelines.steps.base import Step
from pipelines.steps.library import CATEGORIES, STEP_TYPES

CSS = """
:host{display:block}
.box{font:400 13px var(--st-font);color:var(--st-text-color);display:flex;flex-direction:column;gap:6px;height:min(420px,60vh)}
input{font:inherit;color:inherit;background:var(--st-secondary-background-color);border:1px solid var(--st-border-color);border-radius:6px;padding:7px 10px;outline:none}
input:focus{border-color:var(--st-primary-color)}
.list{overflow:auto;flex:1;padding-right:4px}
h4{margin:8px 0 2px;font-size:11.5px;font-weight:600;opacity:.65}
button{all:unset;display:block;box-sizing:border-box;width:100%;cursor:pointer;padding:4px 8px;border-radius:5px;line-height:16px}
button b{font-weight:600}button small{display:block;font-size:11.5px;opacity:.7;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
button:hover{background:var(--st-secondary-background-color)}
button.on{background:color-mix(in srgb,var(--st-primary-color) 12%,var(--st-background-color))}
.none{padding:14px 8px;opacity:.7}
"""

JS = """
const el=(t,c,x)=>{const e=document.createElement(t);if(c)e.className=c;if(x!==undefined)e.textContent=x;return e};
const states=new WeakMap();
export default function({parentElement,data,setTriggerValue}){
  let s=states.get(parentElement);
  if(!s){
    s={at:0};states.set(parentElement,s);const box=el('div','box');s.input=el('input');s.input.type='search';
    s.list=el('div','list');s.list.setAttribute('role','listbox');s.list.id='found';const as={role:'combobox','aria-expanded':true,'aria-haspopup':'listbox','aria-controls':'found'};for(const a in as)s.input.setAttribute(a,as[a]);box.append(s.input,s.list);parentElement.querySelector('#root').append(box);
    s.mark=()=>{s.rows.forEach((r,i)=>{r.classList.toggle('on',i===s.at);r.setAttribute('aria-selected',i===s.at)});s.input.setAttribute('aria-activedescendant',s.rows[s.at]?.id??'')};
    s.input.oninput=()=>{s.at=0;s.draw()};
    s.input.onkeydown=e=>{const d={ArrowDown:1,ArrowUp:-1}[e.key];
      if(d){e.preventDefault();s.at=Math.max(0,Math.min(s.rows.length-1,s.at+d));s.mark();s.rows[s.at]?.scrollIntoView({block:'nearest'})}
      else if(e.key==='Enter'&&s.rows[s.at]){e.preventDefault();s.rows[s.at].click()}};
    if(data.height)box.style.height=data.height+'px';else setTimeout(()=>s.input.focus(),60);
  }
  s.input.placeholder=data.words.search;s.input.setAttribute('aria-label',data.words.search);s.list.setAttribute('aria-label',data.words.found);
  s.draw=()=>{
    const words=s.input.value.toLowerCase().split(/[\\s_]+/).filter(Boolean);const found=[];
    for(const x of s.data.entries){if(!words.every(w=>x.words.includes(w)))continue;
      const t=x.title.toLowerCase();x.score=words.length?(t.startsWith(words.join(' '))?-1:t.startsWith(words[0])?0:words.every(w=>t.includes(w))?1:2):0;found.push(x)}
    if(words.length)found.sort((a,b)=>a.score-b.score||a.order-b.order);
    s.rows=[];s.list.replaceChildren();let head,box=s.list;
    for(const x of found){if(!words.length&&x.category!==head){head=x.category;box=el('div');box.setAttribute('role','group');box.setAttribute('aria-label',head);const h=el('h4','',head);h.setAttribute('role','presentation');box.append(h);s.list.append(box)}
      const b=el('button');b.setAttribute('role','option');b.id=`o${s.rows.length}`;b.tabIndex=-1;b.dataset.id=x.id;b.append(el('b','',x.title),el('small','',x.help));b.title=x.help;
      b.onclick=()=>s.send('pick',{id:x.id,at:Date.now()});s.rows.push(b);box.append(b)}
    if(s.data.selected!==s.shown&&!words.length){s.shown=s.data.selected;s.at=Math.max(0,s.rows.findIndex(r=>r.dataset.id===s.shown));
      s.rows[s.at]?.scrollIntoView({block:'center'})}
    if(!found.length)s.list.append(el('div','none',s.data.words.none));
    s.mark()};
  s.send=setTriggerValue;s.data=data;s.draw();
}
"""

_component = st.components.v2.component("sekkei_step_palette", html="<div id='root'></div>", css=CSS, js=JS)


def show(*, after: str | None, key: str, on_add: Callable[[AddStep], None]) -> None:
    """Draw a button that opens the library; picking an entry gives ``on_add`` the edit that places it behind ``after``."""
    opened = f"{key}.open"

    def picked() -> None:
        chosen = getattr(st.session_state.get(key), "pick", None)
        if chosen and (edit := edit_of(chosen["id"], after)) is not None:
            st.session_state[opened] = False
            on_add(edit)

    with st.popover(
        _("Add"), icon=":material/add:", key=opened, on_change="rerun", help=_("Add a step behind the selected one")
    ) as box:
        if box.open:
            _component(key=key, data=_data(), on_pick_change=picked, height="content", width=340)


def browse(selected: str, *, key: str, height: int, on_pick: Callable[[str], None]) -> None:
    """Draw the library as a list to read from, with an entry marked; ``on_pick`` gets the one picked."""

    def picked() -> None:
        if chosen := getattr(st.session_state.get(key), "pick", None):
            on_pick(chosen["id"])

    data = _data() | {"height": height, "selected": selected}
    _component(key=key, data=data, on_pick_change=picked, height="content")


def _data() -> dict[str, Any]:
    words = {
        "search": _("Search steps and algorithms"),
        "found": _("Steps and algorithms"),
        "none": _("Nothing matches."),
    }
    return {"entries": entries(current()), "words": words}


def entries(language: str = "en") -> list[dict[str, Any]]:
    """Every step type in the library's order, then every algorithm as a step that trains it, in a language."""
    return _entries(language, tuple(t for types in CATEGORIES.values() for t in types))


@cache
def _entries(language: str, types: tuple[type[Step], ...]) -> list[dict[str, Any]]:
    found = [_entry(language, t.type, t.title, t.category, t.__doc__, (*t.synonyms, *t.known_as)) for t in types]
    if any(t.type == "train_model" for t in types):
        found += [
            _entry(
                language,
                f"train_model/{name}",
                a.title,
                N_("Train an algorithm"),
                a.__doc__,
                (*a.synonyms, *a.known_as, a.task),
            )
            for name, a in ALGORITHMS.items()
        ]
    return [e | {"order": i} for i, e in enumerate(found)]


def edit_of(entry: str, after: str | None) -> AddStep | None:
    """The edit that adds a palette entry; None for one that is not there."""
    step_type, _slash, algorithm = entry.partition("/")
    if step_type not in STEP_TYPES or (algorithm and algorithm not in ALGORITHMS):
        return None
    return AddStep(step_type, after, {"algorithm": {"type": algorithm}} if algorithm else {})


def _entry(
    language: str, name: str, title: str, category: str, doc: str | None, synonyms: tuple[str, ...]
) -> dict[str, Any]:
    text = " ".join((doc or "").split())
    library = re.findall(r"(?:sklearn|pandas|duckdb)[\w.]*", doc or "")
    first = (doc or "").strip().splitlines()[0]
    own = [
        said(t, language) for t in (title, category, first, *synonyms)
    ]  # found by the language's words and by the English
    words = " ".join([title, name, category, *synonyms, text[:200], *library, *own]).lower()
    return {
        "id": name,
        "title": own[0],
        "category": own[1],
        "help": own[2],
        "words": words,
    }
