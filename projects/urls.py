"""Addresses of the public register, below /kk/, /ru/ and /en/."""

urlpatterns = []
