"""One template renders every field: its words are tied to its box, whatever the kind of box."""

import pytest
from django import forms
from django.template import Context, Template

from tests.registry.pages import _Builder

TEMPLATE = Template(
    '{% include "includes/_form_errors.html" %}{% for field in form %}{% include "includes/_field.html" %}{% endfor %}'
)


class Everything(forms.Form):
    line = forms.CharField(label="Сөз", help_text="Бір <b>сөз</b>")
    text = forms.CharField(label="Мәтін", widget=forms.Textarea, help_text="Көп сөз")
    choice = forms.ChoiceField(label="Таңдау", choices=[("a", "А"), ("b", "Б")], help_text="Бірін")
    one = forms.ChoiceField(
        label="Бірі", choices=[("a", "А"), ("b", "Б")], widget=forms.RadioSelect, help_text="Тек бірін"
    )
    some = forms.MultipleChoiceField(
        label="Кейбірі", choices=[("a", "А")], widget=forms.CheckboxSelectMultiple, help_text="Қалағанын"
    )
    agree = forms.BooleanField(label="Келісемін", help_text="Белгі қойыңыз")
    paper = forms.FileField(label="Құжат", help_text="PDF")
    hidden = forms.CharField(required=False, widget=forms.HiddenInput)
    spare = forms.CharField(label="Қосымша", required=False)


def rendered(form):
    builder = _Builder()
    builder.feed(TEMPLATE.render(Context({"form": form})))
    builder.close()
    return builder.root


def box(page, name):
    return next(element for element in page if element.get("name") == name)


@pytest.mark.parametrize("name", ["line", "text", "choice", "one", "some", "agree", "paper"])
def test_every_box_is_tied_to_its_help_and_its_error(name):
    page = rendered(Everything({}))
    ids = {element.get("id"): element for element in page if element.get("id")}
    fieldsets = [part for part in page.all("fieldset") if any(inner.get("name") == name for inner in part)]
    described = (fieldsets[0] if fieldsets else box(page, name))["aria-describedby"].split()
    assert described == [f"id_{name}_helptext", f"id_{name}_error"]
    assert all(words in ids for words in described)
    assert ids[described[1]].text
    assert box(page, name).get("aria-invalid") == "true"


def test_every_box_has_a_label_and_only_what_may_stay_empty_is_marked():
    page = rendered(Everything())
    labels = {label.get("for"): label.text for label in page.all("label")}
    assert labels["id_line"] == "Сөз"
    assert [text for text in labels.values() if "(" in text] == [labels["id_spare"]]
    assert {legend.text for legend in page.all("legend")} == {"Бірі", "Кейбірі"}
    assert page.all("div", "field-error") == page.all("div", "notice-bad") == []


def test_the_list_of_errors_leads_to_the_boxes():
    page = rendered(Everything({}))
    ids = {element.get("id") for element in page}
    links = [link["href"].lstrip("#") for link in page.one("div", "notice-bad").all("a")]
    assert len(links) == 7
    assert set(links) <= ids


def test_what_a_person_typed_is_no_markup():
    page = rendered(Everything({"line": '"><script>', "text": "</textarea><script>"}))
    assert page.all("script") == []
    assert box(page, "line")["value"] == '"><script>'
