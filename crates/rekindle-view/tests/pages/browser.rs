//! Chromium without a window, spoken to in its DevTools protocol over a pair of pipes.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A browser with one page.
pub(crate) struct Browser {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    calls: u64,
    session: Option<String>,
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// The program, if there is one.
pub(crate) fn installed() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|dir| names.map(|name| dir.join(name)))
        .find(|file| file.is_file())
}

impl Browser {
    pub(crate) fn start(program: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("a directory");
        // The browser reads descriptor 3 and writes descriptor 4.
        let mut process = Command::new("sh")
            .args([
                "-c",
                "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1",
            ])
            .arg(program)
            .args([
                "--headless=new",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-extensions",
                "--hide-scrollbars",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut browser = Browser {
            to: process.stdin.take().expect("piped"),
            from: BufReader::new(process.stdout.take().expect("piped")),
            process,
            calls: 0,
            session: None,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = session["sessionId"].as_str().map(String::from);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method of the protocol, and keeps the events that come meanwhile.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let text = format!("{message}\0");
        self.to
            .write_all(text.as_bytes())
            .expect("the browser listens");
        loop {
            let answer = self.next();
            if answer["id"] == self.calls {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn next(&mut self) -> Value {
        let mut message = Vec::new();
        self.from
            .read_until(0, &mut message)
            .expect("the browser answers");
        assert_eq!(message.pop(), Some(0), "the browser has ended");
        serde_json::from_slice(&message).expect("JSON")
    }

    /// The page's size in points, and what the system is said to prefer.
    pub(crate) fn look(&mut self, width: u32, height: u32, dark: bool) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", features);
    }

    /// Opens a file, and waits until it is loaded and drawn.
    pub(crate) fn open(&mut self, file: &Path) {
        self.events.clear();
        let url = format!("file://{}", file.display());
        self.call("Page.navigate", json!({ "url": url }));
        while !self
            .events
            .iter()
            .any(|e| e["method"] == "Page.loadEventFired")
        {
            let event = self.next();
            self.events.push(event);
        }
        self.settle();
    }

    /// Waits for what has been asked of the page to be drawn.
    pub(crate) fn settle(&mut self) {
        self.eval("new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 60))");
    }

    /// The value of an expression in the page.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", params);
        let fault = &answer["exceptionDetails"];
        assert!(fault.is_null(), "{expression}: {fault}");
        answer["result"]["value"].clone()
    }

    /// The text of an element.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let text = self.eval(&format!("document.querySelector({selector:?}).textContent"));
        text.as_str().expect("a text").to_string()
    }

    /// Moves the pointer over an element, to the given share of its width and height.
    pub(crate) fn hover(&mut self, selector: &str, x: f64, y: f64) -> [f64; 2] {
        let place = self.eval(&format!(
            "(() => {{ const e = document.querySelector({selector:?}); e.scrollIntoView({{ block: 'center' }}); \
             const b = e.getBoundingClientRect(); return [b.left + b.width * {x}, b.top + b.height * {y}]; }})()"
        ));
        let at = [0, 1].map(|i| place[i].as_f64().expect("a number"));
        self.mouse("mouseMoved", at);
        self.settle();
        at
    }

    pub(crate) fn click(&mut self, selector: &str, x: f64, y: f64) {
        let at = self.hover(selector, x, y);
        self.mouse("mousePressed", at);
        self.mouse("mouseReleased", at);
        self.settle();
    }

    fn mouse(&mut self, kind: &str, [x, y]: [f64; 2]) {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        let params = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", params);
    }

    /// Presses keys, one after the other, by their names: `ArrowRight`, `+`.
    pub(crate) fn press(&mut self, keys: &[&str]) {
        for key in keys {
            let mut params = json!({ "type": "keyDown", "key": key });
            if key.chars().count() == 1 {
                params["text"] = json!(key);
            }
            self.call("Input.dispatchKeyEvent", params);
            self.call(
                "Input.dispatchKeyEvent",
                json!({ "type": "keyUp", "key": key }),
            );
        }
        self.settle();
    }

    /// What the page complained of: exceptions, errors and warnings on the console, refused requests.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let complaint = |e: &Value| match e["method"].as_str()? {
            "Runtime.exceptionThrown" => Some(e["params"]["exceptionDetails"].to_string()),
            "Runtime.consoleAPICalled" => Some(e["params"].to_string()),
            "Log.entryAdded" => Some(e["params"]["entry"].to_string()),
            _ => None,
        };
        self.events.iter().filter_map(complaint).collect()
    }

    /// The addresses that were asked for, but for the page itself and what is written out in it.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent = self
            .events
            .iter()
            .filter(|e| e["method"] == "Network.requestWillBeSent");
        let urls = sent.filter_map(|e| e["params"]["request"]["url"].as_str());
        urls.skip(1)
            .filter(|url| !url.starts_with("data:"))
            .map(String::from)
            .collect()
    }

    /// A picture of the page, PNG; the whole of it, or what the window shows.
    pub(crate) fn picture(&mut self, whole: bool) -> Vec<u8> {
        let answer = self.call(
            "Page.captureScreenshot",
            json!({ "captureBeyondViewport": whole }),
        );
        STANDARD
            .decode(answer["data"].as_str().expect("base64"))
            .expect("base64")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
