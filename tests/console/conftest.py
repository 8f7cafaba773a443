"""The demonstration zone for pages that are only looked at, an empty sandbox for acts."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from api.sandbox_zone import seed
from api.service import Service
from tests.console.visitor import Visitor, app_on, service_on


@pytest.fixture(scope="session")
def zone_app() -> Iterator[FastAPI]:
    """The demonstration zone, on its first day."""
    service = service_on(people=False)
    seed(service)
    yield app_on(service)
    service.close()


@pytest.fixture
def service() -> Iterator[Service]:
    """A sandbox without a case, on the second of January 2025, nine o'clock."""
    found = service_on()
    yield found
    found.close()


@pytest.fixture
def app(service: Service) -> FastAPI:
    """The application on it."""
    return app_on(service)


@pytest.fixture
def office() -> Iterator[Service]:
    """A production database."""
    found = service_on(sandbox=False)
    yield found
    found.close()


@pytest.fixture
def approval(app: FastAPI) -> Visitor:
    """An approval officer."""
    return Visitor(app).sign_in("approval")


@pytest.fixture
def applicant(app: FastAPI) -> Visitor:
    """An enterprise."""
    return Visitor(app).sign_in("applicant")
