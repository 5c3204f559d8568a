/// A whole page of the dashboard.
struct Page {
    enum Section: String, CaseIterable {
        case overview = "/"
        case customers = "/customers"
        case usage = "/usage"
        case deadLetters = "/dead-letters"

        var name: String {
            switch self {
            case .overview: "Overview"
            case .customers: "Customers"
            case .usage: "Usage id"
            case .deadLetters: "Dead letters"
            }
        }
    }

    let title: String
    var section: Section?
    var status = 200
    let content: HTML

    /// The page as an answer; scripts and styles come from this server alone, and none stands in it.
    var answer: Answer {
        let links: [HTML] = Section.allCases.map { section in
            let mark: HTML = section == self.section ? " aria-current=\"page\"" : ""
            return "<a href=\"\(section.rawValue)\"\(mark)>\(section.name)</a>"
        }
        let html: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title) · Drawdown</title>
            <link rel="stylesheet" href="/assets/style.css">
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            <script src="/assets/app.js" defer></script>
            </head>
            <body>
            <a class="skip" href="#content">Skip to the content</a>
            <header>
            <p class="brand"><a href="/">Drawdown</a></p>
            <nav aria-label="Main">\(links)</nav>
            <form action="/customers" role="search">
            <label for="q">Customer</label>
            <input id="q" name="q" type="search" autocomplete="off">
            <button>Find</button>
            </form>
            </header>
            <main id="content">
            <h1>\(title)</h1>
            \(content)
            </main>
            <footer><a href="/openapi.yaml">API</a> <a href="/metrics">Metrics</a>
            <a href="/readyz">Ready?</a> <span>Times are UTC.</span></footer>
            </body>
            </html>

            """
        return Answer(
            status: status,
            type: "text/html; charset=utf-8",
            headers: [("cache-control", "no-store")],
            body: Array(html.text.utf8)
        )
    }

    /// A problem, as a person reads it.
    static func problem(_ problem: Problem) -> Answer {
        var answer = Page(
            title: problem.title,
            status: problem.status,
            content: "<p>\(problem.detail)</p>"
        ).answer
        answer.headers += problem.challenges.map { ("www-authenticate", $0) }
        return answer
    }
}
