"""What is typed into the form of a step is kept after a pause, not only when the field is left.

A browser that is closed, or lost, takes with it what was typed since. Numbers are kept when the field is left, as
Streamlit writes them anew in its own form.
"""

from __future__ import annotations

import streamlit as st

PAUSE = 500  # milliseconds

JS = """
const fields=':is([data-testid=stTextArea] textarea,[data-testid=stTextInput] input)';
let field,waiting;
const keep=()=>{clearTimeout(waiting);const f=field;field=undefined;
  if(f?.isConnected)f.dispatchEvent(new KeyboardEvent('keydown',
    {key:'Enter',code:'Enter',keyCode:13,ctrlKey:true,bubbles:true,cancelable:true}))};
export default function({data}){
  const heard=e=>{if(!e.target.matches?.(data.inside+' '+fields))return;
    clearTimeout(waiting);field=e.target;
    if(!e.isComposing)waiting=setTimeout(keep,data.pause)};
  const leave=()=>{keep();document.activeElement?.blur?.()};
  for(const kind of ['input','compositionend'])document.addEventListener(kind,heard);
  addEventListener('pagehide',leave);
  return()=>{for(const kind of ['input','compositionend'])document.removeEventListener(kind,heard);
    removeEventListener('pagehide',leave)};
}
"""

_component = st.components.v2.component("sekkei_as_typed", html="<span></span>", js=JS)


def show(inside: str, *, key: str) -> None:
    """Keep what is typed in the container with the key ``inside``."""
    _component(key=key, data={"inside": f".st-key-{inside}", "pause": PAUSE}, height="content")
