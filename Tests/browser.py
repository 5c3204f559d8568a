#!/usr/bin/env python3
"""Drives the dashboard in headless Chromium, as somebody with a mouse and somebody with a keyboard.

Usage: browser.py URL FOLDER

URL is that of a running `drawdown dev --demo`. Clicks from the overview to a customer to one usage
id, looks whether figures are live, and takes a picture of every page, light and dark, wide and
narrow, into FOLDER. Exits 1 if a page reports an error, breaks its own policy, is wider than a
telephone or has a table that is, or does not show what it must.
"""
import base64
import fcntl
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time

TIMEOUT = 20
# The overview's chart has a line: more than one point.
DRAWN = "document.querySelector('#rate polyline').getAttribute('points').length > 20"


class Browser:
    """Chromium over the DevTools protocol, on a pair of pipes."""

    def __init__(self):
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()

        def pipes():
            # Out of the way first: the pipes may be 3 and 4 themselves.
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-pipe", "about:blank"],
            preexec_fn=pipes, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._ids = itertools.count(1)
        self._buffer = b""
        self._session = None
        self.problems = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def _receive(self):
        while b"\0" not in self._buffer:
            piece = os.read(self._in, 1 << 20)
            if not piece:
                sys.exit("expected Chromium to go on, but it ended")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        number = next(self._ids)
        request = {"id": number, "method": method, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._out, json.dumps(request).encode() + b"\0")
        while True:
            message = self._receive()
            if message.get("id") == number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self._note(message)

    def _note(self, event):
        if event.get("method") == "Runtime.exceptionThrown":
            self.problems.append(event["params"]["exceptionDetails"]["text"])
        if event.get("method") == "Log.entryAdded":
            entry = event["params"]["entry"]
            # Leaving a page ends its stream; that is no error of the page.
            if entry["level"] == "error" and "/events" not in entry.get("url", ""):
                self.problems.append(f"{entry['text']} {entry.get('url', '')}")

    def look(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            sys.exit(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, script):
        deadline = time.monotonic() + TIMEOUT
        while not self.look(script):
            if time.monotonic() > deadline:
                sys.exit(f"expected within {TIMEOUT} s: {script}; at {self.look('location.href')}")
            time.sleep(0.05)

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait(f"document.readyState === 'complete' && location.href.startsWith({url!r})")

    def click(self, selector):
        """With the mouse, where the element is."""
        box = self.look(
            f"(() => {{ const e = document.querySelector({selector!r}); if (!e) return null;"
            "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        if not box:
            sys.exit(f"expected {selector} on {self.look('location.href')}")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1],
                      button="left", clickCount=1)

    def press(self, key, code, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                      text=text if kind == "keyDown" else "")

    def size(self, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self):
        self._process.terminate()
        self._process.wait()


def main():
    url, folder = sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    browser.size(1280, 900, "light")

    # The overview is live.
    browser.open(url + "/")
    browser.wait("Number(document.querySelector('[data-live=rate]').textContent) > 0")
    before = browser.look("document.querySelector('[data-live=outcome-applied]').textContent")
    browser.wait("document.querySelector('[data-live=outcome-applied]').textContent"
                 f" !== {before!r}")
    browser.wait(DRAWN)

    # By mouse: overview, a customer, one usage id.
    browser.click("nav a[href='/customers']")
    browser.wait("document.querySelector('h1')?.textContent === 'Customers'")
    browser.click("main tbody a")
    browser.wait("document.querySelector('h1')?.textContent.startsWith('cus_')"
                 " && !!document.querySelector('svg.chart')")
    customer = browser.look("location.href")
    browser.click("#entries a[href^='/usage']")
    browser.wait("document.querySelector('main')?.textContent.includes('It was applied once')")
    usage = browser.look("location.href")

    # By keyboard: the first stop skips to the content; the form finds a customer.
    browser.open(url + "/")
    browser.press("Tab", 9)
    browser.wait("document.activeElement.className === 'skip'")
    browser.look("document.querySelector('#q').focus()")
    browser.call("Input.insertText", text="cus_aurora_studio")
    browser.press("Enter", 13, "\r")
    browser.wait("document.querySelector('h1')?.textContent === 'cus_aurora_studio'")

    # Every page has one heading, names for its fields, and fits.
    pages = {"overview": url + "/", "customers": url + "/customers", "customer": customer,
             "usage": usage, "dead-letters": url + "/dead-letters"}
    faults = []
    for scheme, (width, name) in itertools.product(
        ("light", "dark"), ((1280, "wide"), (390, "narrow"))
    ):
        browser.size(width, 900, scheme)
        for page, address in pages.items():
            browser.open(address)
            browser.wait("document.fonts.status === 'loaded'")
            if page == "overview":
                browser.wait(DRAWN)
            checks = {
                "no more than one heading": "document.querySelectorAll('h1').length === 1",
                "a name for every field":
                    "[...document.querySelectorAll('input:not([type=hidden]), select')]"
                    ".every(e => e.labels.length > 0)",
                "no wider than the window":
                    "document.documentElement.scrollWidth <= window.innerWidth",
                "no table to be scrolled sideways":
                    "[...document.querySelectorAll('.scroll')]"
                    ".every(e => e.scrollWidth <= e.clientWidth)",
                "its colors": "getComputedStyle(document.body).backgroundColor === "
                    + ("'rgb(13, 17, 23)'" if scheme == "dark" else "'rgb(255, 255, 255)'"),
            }
            for what, script in checks.items():
                if not browser.look(script):
                    faults.append(f"{page}, {scheme}, {name}: expected {what}")
            browser.picture(folder / f"{page}-{scheme}-{name}.png")
    browser.close()
    faults += [f"reported by the browser: {problem}" for problem in browser.problems]
    print(f"{len(list(folder.glob('*.png')))} pictures, {len(faults)} faults")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


main()
