"""Data: the catalogue, importing into it, and every dataset's rows, columns and versions."""

import streamlit as st

from components import (
    confirm,
    dataset_detail,
    dataset_import,
    dataset_list,
    dataset_sources,
    error_box,
    guard,
    page_header,
    session,
    wording,
)
from components.language import _, ngettext

guard.require_user()
workspace = session.workspace()
datasets = workspace.datasets.list()
names = [d.name for d in datasets]
name = session.query("dataset")
importing = session.query("view") == "import" or not datasets

with page_header.row(_("Data"), "database"):
    if st.button(_("Import data"), type="primary", icon=":material/upload:", key="data_import", disabled=importing):
        session.set_query(view="import", dataset="", version="")
        st.rerun()

left, right = st.columns([5, 8], gap="medium")
with left:
    opened = dataset_list.show(datasets, selected=name or None, key="data_list")
if opened:
    session.set_query(dataset=opened, version="", view="")
    st.rerun()

with right, error_box.shown("data_detail"):
    if importing:
        page_header.section(_("Import data"))
        source = dataset_sources.choose(key="data_import_from")
        made = None
        if source == "file":
            order = dataset_import.show(names, key="data_import_panel", name=name)
            if order:
                with st.spinner(_("Importing …")):
                    made = workspace.datasets.add(
                        order.name,
                        order.path,
                        file_name=order.file_name,
                        options=order.options,
                        description=order.description,
                    )
        elif source == "database":
            wanted_rows = dataset_sources.database(names, key="data_import_database")
            if wanted_rows:
                with st.spinner(_("Importing …")):
                    workspace.import_database(
                        wanted_rows.name,
                        wanted_rows.connection,
                        table=wanted_rows.table,
                        query=wanted_rows.query,
                        limit=wanted_rows.limit,
                    )
                made = workspace.datasets.get(wanted_rows.name.strip())
        else:
            wanted_file = dataset_sources.address(names, key="data_import_address")
            if wanted_file:
                with st.spinner(_("Importing …")):
                    workspace.import_address(wanted_file.name, wanted_file.address)
                made = workspace.datasets.get(wanted_file.name.strip())
        if made is not None:
            session.tell(
                _(
                    "{name} version {version} imported: {rows}.",
                    name=made.name,
                    version=made.version,
                    rows=wording.rows(made.rows),
                )
            )
            session.set_query(dataset=made.name, version="", view="")
            st.rerun()
    elif not name:
        page_header.empty(_("Open a dataset to see its rows, columns and versions."), icon="table_view")
    else:
        versions = workspace.datasets.versions(name)
        wanted = session.query("version")
        current = workspace.datasets.get(name, int(wanted)) if wanted.isdecimal() else versions[-1]
        intent = dataset_detail.show(
            versions, current, lambda: workspace.datasets.profile(name, current.version), key="data_detail"
        )
        match intent:
            case dataset_detail.Intent("version", version):
                session.set_query(version=str(version))
                st.rerun()
            case dataset_detail.Intent("import"):
                session.set_query(view="import", version="")
                st.rerun()
            case dataset_detail.Intent("delete"):
                confirm.ask(
                    _("Delete dataset"),
                    ngettext(
                        "**{name}** goes with its version. Its pipelines stop working.",
                        "**{name}** goes with its {count} versions. Its pipelines stop working.",
                        len(versions),
                        name=name,
                    ),
                    _("Delete"),
                    lambda: (workspace.datasets.delete(name), session.set_query(dataset="", version="")),
                    key="data_delete",
                )
            case dataset_detail.Intent("design"):
                st.switch_page("pages/build/designer.py", query_params={"dataset": name})
