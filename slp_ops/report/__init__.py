"""Renderers: results of the application layer as text, JSON, a page, a workbook and files for other systems.

A view (``view`` for reports, ``audit_view``, ``reachability_view``, ``collect_view``, ``history_view``) holds
every verdict, count and order, computed once. Renderers only lay it out: ``as_<form>`` and ``bundle`` for
reports, ``documents`` for ``--json``, ``terminal`` for text. They touch neither disk nor clock. To add a form
of the report, add a module ``as_<form>`` and name it in ``cli/report``.
"""
