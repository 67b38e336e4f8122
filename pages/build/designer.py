"""Designer: describe a pipeline, see its data at every step, run it."""

import streamlit as st

from components import guard

guard.require_user()
st.title("Designer")
