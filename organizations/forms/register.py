"""The form that takes the register's file."""

from django import forms


class RegisterForm(forms.Form):
    file = forms.FileField(
        label="Файл реестра",
        help_text="Книга xlsx или таблица csv в UTF-8, до 10 МБ.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": "Файл пуст. Проверьте, что он сохранён."},
    )
