"""A headless Chromium that is driven over a pair of pipes, with nothing but Python's own library."""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

PATIENCE = 30  # seconds, for each answer


def is_there():
    return shutil.which("chromium") is not None


class Chromium:
    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="tlswarden-page-")
        to_read, self.out = os.pipe()
        self.into, to_write = os.pipe()
        # Chromium reads commands from descriptor 3 and writes answers to 4.
        command = ["bash", "-c", 'exec "$@" 3<&"$IN" 4>&"$OUT"', "bash", "chromium", "--headless=new", "--remote-debugging-pipe",
                   "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
                   "--force-color-profile=srgb", f"--user-data-dir={self.home}/profile", "about:blank"]
        if os.geteuid() == 0:
            command.insert(-1, "--no-sandbox")
        self.process = subprocess.Popen(command, pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, "HOME": self.home, "IN": str(to_read), "OUT": str(to_write)},
                                        start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self.next, self.rest, self.events, self.session = 1, b"", [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.out)
        os.close(self.into)
        shutil.rmtree(self.home, ignore_errors=True)

    def ask(self, method, **parameters):
        message = {"id": self.next, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.next += 1
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") != message["id"]:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            return answer["result"]

    def read(self):
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self.rest:
            if not select.select([self.into], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("chromium doesn't answer")
            piece = os.read(self.into, 1 << 20)
            if not piece:
                raise RuntimeError("chromium has ended")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def wait_for(self, event):
        while True:
            for message in self.events:
                if message.get("method") == event:
                    return
            self.events.append(self.read())

    def open(self, path, width, height=1600, dark=False, media="screen"):
        """Shows the file; self.events then has what happened meanwhile."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media=media,
                 features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events = []
        self.ask("Page.navigate", url=f"file://{path}")
        self.wait_for("Page.loadEventFired")

    def evaluate(self, script):
        result = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def picture(self, whole=False):
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole,
                                         **({"clip": self.whole()} if whole else {}))["data"])

    def whole(self):
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}

    def print(self):
        answer = self.ask("Page.printToPDF", printBackground=False, preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69)
        return base64.b64decode(answer["data"])
