"""Packs the server with its pages: `pip wheel .` makes one file that runs anywhere Python 3.11 does."""

import re
import shutil
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
# What is not Python. In a checkout it lies beside the package, in a wheel within it: config.resources() finds both.
RESOURCES = ("templates", "static/dist")

# The versions are those of requirements.lock; here stands only what we could not do with less.
NEEDED = [
    "tornado>=6.5",  # the one server: HTTP, and the stream below our sockets
    "motor>=3.7",  # MongoDB, where the setting `store` names one
    "python-socketio>=5.12",  # the client by which programs in Python, and the tests, reach the live door
    "aiogram>=3.20",  # the Telegram bot
    "minio>=7.2",  # S3, where the setting `blobs` names one
    "cryptography>=45",  # AES-GCM and Argon2id
    "pyotp>=2.9",  # second factors
    "aiosmtplib>=4",  # mail, where the setting `smtp.host` names a server
    "idna>=3.10",  # domains in all scripts, as they are registered
    "segno>=1.6",  # their QR codes
    "apispec>=6.8",  # the OpenAPI document
    "jinja2>=3.1",  # page shells
    "pydantic>=2.11",  # the models at the door
    "orjson>=3.10",  # strict JSON, several times faster than the standard library's
]
FOR_TESTS = [
    "pytest>=9,<10",  # pytest-tornado warns on 9 and is untried beyond
    "pytest-tornado>=0.8",
    "setuptools>=70.1,<81",  # pytest-tornado imports pkg_resources; from 70.1 on it builds wheels by itself
    "pytest-asyncio>=1.2",
    "pytest-timeout>=2.3",
    "pytest-xdist>=3.6",
    "hypothesis>=6.130",
    "schemathesis>=4",
    "aiosmtpd>=1.4",  # the mail server of the tests
    "aiohttp>=3.11",  # for python-socketio's client
    "playwright>=1.50",  # drives the Chromium that the machine has
    "import-linter>=2.3",
    "ruff>=0.12",
    "mypy>=1.16",
]


class BuildWithPages(build_py):
    """Lays templates and static files into the package."""

    def run(self) -> None:
        super().run()
        for folder in RESOURCES:
            packed = Path(self.build_lib) / "shoplist_appliance" / "_resources" / folder
            shutil.rmtree(packed, ignore_errors=True)
            if (ROOT / folder).is_dir():
                shutil.copytree(ROOT / folder, packed, ignore=shutil.ignore_patterns(".*"))
            else:
                print(f"{folder} is absent, so the pages will not work: run scripts/static first", file=sys.stderr)


def version() -> str:
    found = re.search(
        r'^__version__ = "(.+)"$', (ROOT / "shoplist_appliance" / "__init__.py").read_text(), re.MULTILINE
    )
    assert found
    return found[1]


setup(
    name="shoplist-appliance",
    version=version(),
    description="A household's shopping lists on its own server: live, durable and fast",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="the shoplist-appliance authors",
    license="MIT",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=find_packages(include=["shoplist_appliance", "shoplist_appliance.*"]),
    install_requires=NEEDED,
    extras_require={"test": FOR_TESTS},
    entry_points={"console_scripts": ["shoplist-appliance = shoplist_appliance.cli:main"]},
    cmdclass={"build_py": BuildWithPages},
    zip_safe=False,
)
