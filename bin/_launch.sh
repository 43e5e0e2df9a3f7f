# Sourced by bin/demo and bin/test: finds a Python that is new enough and hands the script $1 over to it.

bin=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1

system=$(uname -s)
case $system in
    Linux | Darwin) ;;
    *)
        echo "This runs on Linux and macOS, and on Windows inside WSL; this system is $system." >&2
        exit 1
        ;;
esac

seen=
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    version=$("$python" -E -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if [ "${version%%.*}" -eq 3 ] && [ "${version#*.}" -ge 11 ]; then
        script=$1
        shift
        # -E and -s: nothing from the caller's own Python set-up leaks into the environment made here.
        exec "$python" -E -s "$bin/$script" "$@"
    fi
    seen="$seen $python is $version,"
done

echo "Python 3.11 or newer is needed;${seen:- none was found,} so install one (python.org, or your system's python3 package)." >&2
exit 1
