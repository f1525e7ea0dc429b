"""What people look at, send and read: one ``ReportView``, computed once, and a file for each form of it.

``view`` says what a report holds, ``build`` makes it of facts and outcomes; each ``as_<form>`` takes a
``ReportView`` and a language and gives text or bytes, and touches neither disk nor clock. To add a form, add
such a module and name it in ``cli/report``.
"""
