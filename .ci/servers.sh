#!/bin/bash
# Installs from Debian 12's packages what the tests need: PostgreSQL 15, Tryton 6.0 with its modules, Chromium and fonts,
# and the mail servers Exim and Dovecot.
# Run as root; needs no init system. Starts nothing: the tests start private servers on free ports and stop them again.
# A second run only looks and ends within a second.
set -euo pipefail

packages=(
  postgresql-15
  chromium fonts-dejavu-core
  exim4-daemon-light dovecot-imapd
  tryton-server python3-psycopg2
  # Without these, telephone numbers are not checked and companies have no time zones.
  python3-phonenumbers python3-tz
)
for module in party party-relationship company country currency product account account-invoice account-product stock sale purchase sale-opportunity; do
  packages+=("tryton-modules-$module")
done

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # A package must not start its service here: nobody would stop it, and the tests bring their own.
  guard=/usr/sbin/policy-rc.d
  if [ ! -e "$guard" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$guard"
    chmod +x "$guard"
    trap 'rm -f "$guard"' EXIT
  fi
  # No default cluster either (asked by postgresql-common before it makes one).
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  apt-get -o DPkg::Lock::Timeout=300 -qq update
  apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${missing[@]}"
fi

/usr/lib/postgresql/15/bin/postgres --version
dpkg-query -W -f='tryton-server ${Version}\n' tryton-server
chromium --version 2>/dev/null || true
