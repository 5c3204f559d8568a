import UsageCodec

extension API {
    /// `GET /healthz`: the process answers.
    func health() -> Answer {
        .json { json in
            json.member("status", "alive")
            json.member("version", version)
        }
    }

    /// `GET /readyz`: consuming and able to commit.
    ///
    /// - Throws: a ``Problem`` with the reasons why not.
    func readiness() throws(Problem) -> Answer {
        let reasons = status.notReadyReasons()
        guard reasons.isEmpty else { throw .notReady(reasons) }
        return .json { $0.member("status", "ready") }
    }

    /// `GET /openapi.yaml`.
    func document() -> Answer {
        Answer(type: "application/yaml", body: Array(OpenAPIDocument.text.utf8))
    }

    /// `GET /`: where to go from here.
    func page() -> Answer {
        let calls = Route.all.filter { $0.pattern != "/" }
        let items = calls.map { route in
            let isLink = !route.pattern.contains("{")
            let path = isLink ? "<a href=\"\(route.pattern)\">\(route.pattern)</a>" : route.pattern
            return "<li><code>\(route.method) \(path)</code></li>"
        }
        let text = """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Drawdown</title></head>
            <body>
            <h1>Drawdown \(Self.escaped(version))</h1>
            <p>Credits, drawn down exactly once. The calls:</p>
            <ul>
            \(items.joined(separator: "\n"))
            </ul>
            </body>
            </html>

            """
        return Answer(type: "text/html; charset=utf-8", body: Array(text.utf8))
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            default: result.append(character)
            }
        }
    }
}
