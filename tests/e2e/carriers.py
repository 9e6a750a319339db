"""The same handlers as plain CGI: by hand, and under nginx with fcgiwrap."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from check import check, contains, equal, scenario, until
from client import Form, Visitor, multipart, parse_answer, urlencoded
from stack import AS, PAGE, free_port, person

NGINX = """daemon off;
pid {base}/pid;
error_log {base}/error.log;
worker_processes 1;
events {{ }}
http {{
	access_log off;
	client_body_temp_path {base}/1;
	proxy_temp_path {base}/2;
	fastcgi_temp_path {base}/3;
	uwsgi_temp_path {base}/4;
	scgi_temp_path {base}/5;
	server {{
		listen 127.0.0.1:{port};
		location / {{
			fastcgi_pass unix:{base}/wrap.sock;
			fastcgi_param SCRIPT_FILENAME {base}/piste;
			fastcgi_param REQUEST_METHOD $request_method;
			fastcgi_param REQUEST_URI $request_uri;
			fastcgi_param SCRIPT_NAME $fastcgi_script_name;
			fastcgi_param DOCUMENT_URI $document_uri;
			fastcgi_param QUERY_STRING $query_string;
			fastcgi_param CONTENT_TYPE $content_type;
			fastcgi_param CONTENT_LENGTH $content_length;
			fastcgi_param SERVER_PROTOCOL $server_protocol;
			fastcgi_param GATEWAY_INTERFACE CGI/1.1;
			fastcgi_param REMOTE_ADDR $remote_addr;
		}}
	}}
}}
"""


def variables(s, method, path, body=b"", **more):
    """The environment a web server gives a CGI."""
    path, _, query = path.partition("?")
    env = {k: v for k, v in s.env.items()
           if k.startswith("PISTE_") or k.endswith("SAN_OPTIONS")}
    env.update(GATEWAY_INTERFACE="CGI/1.1", REQUEST_METHOD=method,
               SCRIPT_NAME="", PATH_INFO=path, QUERY_STRING=query,
               REQUEST_URI=path + ("?" + query if query else ""),
               SERVER_PROTOCOL="HTTP/1.1", REMOTE_ADDR="192.0.2.7",
               SERVER_NAME="127.0.0.1", SERVER_PORT="80",
               HTTP_USER_AGENT="Mozilla/5.0 Chrome/130.0",
               HTTP_ACCEPT_LANGUAGE="fr")
    if body or method == "POST":
        env["CONTENT_LENGTH"] = str(len(body))
    env.update(more)
    return env


def by_hand(s, method, path, body=b"", **more):
    env = variables(s, method, path, body, **more)
    ran = subprocess.run([s.binary], input=body, env=env, cwd="/",
                         capture_output=True, timeout=20, **AS)
    answer = parse_answer(b"HTTP/1.1 200 CGI\r\n" +
                          ran.stdout.replace(b"\r\n\r\n", b"\0", 1)
                          .replace(b"\0", b"\r\n\r\n", 1))
    status = answer.header("Status")
    answer.status = int(status.split()[0]) if status else 200
    return answer, ran


@scenario("CGI by hand: the page, a post, a mistake", short=True)
def hand(s):
    answer, ran = by_hand(s, "GET", PAGE)
    equal((ran.returncode, answer.status), (0, 200), "the page")
    equal(answer.header("Content-Type"), "text/html; charset=utf-8", "type")
    equal(int(answer.header("Content-Length")), len(answer.body), "length")
    form = Form(answer.text)
    for encode, email in ((urlencoded, "cgi@example.org"),
                          (multipart, "cgi2@example.org")):
        kind, body = encode(person(Form(by_hand(s, "GET", PAGE)[0].text),
                                   email))
        answer, ran = by_hand(s, "POST", PAGE, body, CONTENT_TYPE=kind)
        equal((ran.returncode, answer.status), (0, 303), f"post of {email}")
        contains(answer.header("Location"), PAGE + "/thanks", "where to")
        equal(s.one("SELECT outcome, geo_city FROM submission WHERE email ="
                    f" '{email}'"), "new|Lyon", "the row")
    kind, body = urlencoded(person(form, "nonsense"))
    equal(by_hand(s, "POST", PAGE, body, CONTENT_TYPE=kind)[0].status, 422,
          "a mistake")
    for method, path, status in (("GET", "/p/none", 404),
                                 ("PUT", PAGE, 405), ("GET", "/healthz", 200)):
        equal(by_hand(s, method, path)[0].status, status, f"{method} {path}")
    equal(by_hand(s, "HEAD", PAGE)[0].body, b"", "HEAD")
    ran = s.piste("export", env={"REQUEST_METHOD": "GET", "PATH_INFO": PAGE})
    contains(ran.stdout, "Status: 200", "a query handed on as a word")
    answer, _ = by_hand(s, "POST", PAGE, body, CONTENT_TYPE=kind,
                        CONTENT_LENGTH=str(len(body) + 100))
    equal(answer.status, 400, "less than announced")


@scenario("CGI while PostgreSQL says nothing: the page from the disk, at once")
def mute(s):
    with tempfile.TemporaryDirectory(dir=s.base) as place, \
            socket.socket(socket.AF_UNIX) as silent:
        os.chmod(place, 0o755)
        silent.bind(os.path.join(place, ".s.PGSQL.5432"))
        os.chmod(os.path.join(place, ".s.PGSQL.5432"), 0o777)
        silent.listen()
        env = variables(s, "GET", PAGE,
                        PISTE_DATABASE=f"host={place} user=piste")
        begun = time.monotonic()
        with subprocess.Popen([s.binary], env=env, cwd="/",
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, **AS) as cgi:
            head = cgi.stdout.readline()
            took = time.monotonic() - begun
            rest = cgi.stdout.read()
    equal((cgi.returncode, head), (0, b"Status: 200 OK\r\n"), "the page")
    contains(rest.decode(), "</html>", "the page's end")
    check(took < 1, f"it took {took:.1f} s")


@scenario("CGI under nginx with fcgiwrap: a person gets to the queue")
def wrapped(s):
    base = os.path.join(s.base, "cgi")
    os.mkdir(base)
    port = free_port()
    with open(os.path.join(base, "nginx.conf"), "w") as f:
        f.write(NGINX.format(base=base, port=port))
    # fcgiwrap passes the request's variables, and runs one file.
    with open(os.path.join(base, "piste"), "w") as f:
        f.write(f"#!/bin/sh\n. '{s.var}/env'\nexec '{s.binary}'\n")
    os.chmod(os.path.join(base, "piste"), 0o755)
    quiet = subprocess.DEVNULL
    started = [
        subprocess.Popen([shutil.which("fcgiwrap", path=os.environ["PATH"] +
                                       ":/usr/sbin"), "-c", "2", "-s",
                          f"unix:{base}/wrap.sock"], stdout=quiet,
                         stderr=quiet, start_new_session=True),
        subprocess.Popen([shutil.which("nginx", path=os.environ["PATH"] +
                                       ":/usr/sbin"), "-e", "stderr", "-p",
                          base, "-c", f"{base}/nginx.conf"], stdout=quiet,
                         stderr=quiet, start_new_session=True)]
    try:
        visitor = Visitor(port)

        def answers():
            try:
                return visitor.get("/healthz").status == 200
            except OSError:
                return False
        until(lambda: os.path.exists(f"{base}/wrap.sock"), 5, "fcgiwrap")
        os.chmod(f"{base}/wrap.sock", 0o666)
        until(answers, 10, "CGI answers under nginx")
        form = visitor.form(PAGE)
        answer = visitor.post(PAGE, person(form, "wrapped@example.org"), True)
        equal(answer.status, 303, "status")
        equal(visitor.get(answer.header("Location")).status, 200, "thanks")
        equal(s.count("qualification_queue q JOIN submission b ON b.id ="
                      " q.submission_id", "b.email = 'wrapped@example.org'"),
              1, "queue rows")
        check(visitor.cookies, "the cookie is set")
    finally:
        for p in reversed(started):
            os.killpg(p.pid, signal.SIGTERM)
            p.wait(10)
