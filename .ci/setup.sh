#!/usr/bin/env bash
# Installs what the gates need beside rustup's toolchains, on Debian for amd64 and as root; elsewhere it only
# says so. Installs nothing and asks no server when everything is there.
#
# Debian's compiler has the standard library's sources and an ARM64 build of it, which the gates no-std, i686
# and arm64 fall back on where `rustup target add` has not been run or cannot be (see xtask/src/gate/toolchain.rs).
set -euo pipefail

packages=(
    rustc-web rust-web-src                              # /usr/bin/rustc, and sources for -Zbuild-std
    gcc-i686-linux-gnu libc6-dev-i386-cross             # to link for i686; the tests run natively
    libstd-rust-web-dev:arm64                           # the library, built for ARM64
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross         # to link for ARM64
    qemu-user-static                                    # to run the tests
)

note() {
    echo "setup: $*"
}

# Leaves things as they are; a gate that misses something says what.
leave() {
    note "$*"
    note "nothing installed; without a network for rustup targets the gates no-std, i686 and arm64 may not work"
    exit 0
}

is_debian() {
    grep -qsx 'ID=debian' /etc/os-release && command -v apt-get >/dev/null && command -v dpkg >/dev/null
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

is_debian || leave "this is not Debian"
[ "$(dpkg --print-architecture)" = amd64 ] || leave "this is not amd64"

missing=()
for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    note "all ${#packages[@]} packages are installed"
    exit 0
fi
note "missing: ${missing[*]}"
[ "$(id -u)" -eq 0 ] || leave "run .ci/setup.sh as root to install them"

export DEBIAN_FRONTEND=noninteractive
apt() {
    apt-get -q -o DPkg::Lock::Timeout=180 -o Acquire::Retries=3 "$@" </dev/null
}

dpkg --print-foreign-architectures | grep -qx arm64 || dpkg --add-architecture arm64
apt update
# All by name, so that those already there move to the same version.
apt install -y --no-install-recommends "${packages[@]}"
note "installed"
