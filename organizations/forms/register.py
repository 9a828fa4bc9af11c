"""The form that takes the register's file."""

from django import forms

from organizations.forms.fields import TableFileField


class RegisterForm(forms.Form):
    file = TableFileField(
        label="Файл реестра",
        help_text="Книга xlsx или таблица csv в UTF-8, до 10 МБ.",
        accept=".xlsx,.csv",
    )
