"""Names of the registry, the chamber and the place are no password; beside other words they may stand."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    "password", ["Atameken2026!", "мәслихат-2026", "ПалатаРеестр1", "ppp-registry-26", "Қазақстан1234", "құпиясөз12345"]
)
def test_known_words_alone_are_refused(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert "password_of_known_words" in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize(
    "password", ["палата үш көк торғай", "demo-бір-екі-үш", "ten registry tabby cats", "aigul-2026-жаз"]
)
def test_other_words_beside_them_are_not(password):
    validate_password(password)
