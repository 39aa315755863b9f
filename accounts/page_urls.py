"""Addresses of the pages of one's own account, below /<language>/account/."""

from django.urls import path

from accounts.views import organisations, passwords, profile, registration, second_factor

_ORGANISATION = "organisations/<uuid:pk>/"

urlpatterns = [
    path("", profile.account, name="account"),
    path("register/", registration.register, name="register"),
    path("register/sent/", registration.register_sent, name="register_sent"),
    path("register/<str:token>/", registration.register_confirm, name="register_confirm"),
    path("login/", registration.login, name="login"),
    path("login/code/", second_factor.code, name="second_factor"),
    path("second-factor/", second_factor.set_up, name="second_factor_set_up"),
    path("second-factor/recovery-codes/", second_factor.recovery_codes, name="recovery_codes"),
    path("second-factor/off/", second_factor.switch_off, name="second_factor_off"),
    path("sessions/end/", second_factor.end_others, name="sessions_end"),
    path("logout/", registration.logout, name="logout"),
    path("password/", passwords.password_change, name="password_change"),
    path("password/reset/", passwords.password_reset, name="password_reset"),
    path("password/reset/sent/", passwords.password_reset_done, name="password_reset_done"),
    path("password/reset/complete/", passwords.password_reset_complete, name="password_reset_complete"),
    path(
        "password/reset/<str:uidb64>/<str:token>/",
        passwords.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    path("email/", profile.email_change, name="email_change"),
    path("email/<str:token>/", profile.email_change_confirm, name="email_change_confirm"),
    path("organisations/new/", organisations.organisation_new, name="organisation_new"),
    path(_ORGANISATION, organisations.organisation, name="organisation"),
    path(f"{_ORGANISATION}invite/", organisations.organisation_invite, name="organisation_invite"),
    path(
        f"{_ORGANISATION}invitations/<uuid:invitation>/withdraw/",
        organisations.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path(f"{_ORGANISATION}people/<int:member>/remove/", organisations.member_remove, name="member_remove"),
    path(f"{_ORGANISATION}people/<int:member>/owner/", organisations.member_owner, name="member_owner"),
    path("invitations/<uuid:pk>/", organisations.invitation, name="invitation"),
]
