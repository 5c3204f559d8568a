/// The files that pages refer to, served by this server alone.
enum Assets {
    static func answer(_ type: String, _ text: String) -> Answer {
        Answer(
            type: type,
            headers: [("cache-control", "max-age=300")],
            body: Array(text.utf8)
        )
    }

    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
        <rect width="16" height="16" rx="3" fill="#0b6e4f"/>
        <path d="M3 4h3v3h3v3h4" fill="none" stroke="#fff" stroke-width="2"/></svg>
        """

    /// Puts live figures into place; without it the pages are whole, and as of when they were asked.
    static let script = """
        "use strict";
        (() => {
          const chart = document.querySelector("#rate polyline");
          if (!chart || !window.EventSource) return;
          const rates = [];
          const source = new EventSource("/events");
          source.onmessage = (event) => {
            const live = JSON.parse(event.data);
            for (const [name, text] of Object.entries(live.texts)) {
              for (const place of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
                if (place.textContent !== text) place.textContent = text;
              }
            }
            for (const [id, rows] of Object.entries(live.rows)) {
              const body = document.getElementById(id);
              // Whoever is on a link in there keeps it.
              if (body && !body.contains(document.activeElement)) body.innerHTML = rows;
            }
            if (live.rate === undefined) return;
            rates.push(live.rate);
            if (rates.length > 120) rates.shift();
            const most = Math.max(1, ...rates);
            chart.setAttribute("points", rates.map((rate, index) =>
              `${(600 - (rates.length - 1 - index) * 5).toFixed(0)},${(78 - rate / most * 76).toFixed(1)}`
            ).join(" "));
          };
        })();

        """

    static let style = """
        :root {
          color-scheme: light dark;
          --back: #ffffff; --text: #1b1f23; --soft: #57606a; --line: #d0d7de; --card: #f6f8fa;
          --mark: #0b6e4f; --link: #0550ae; --warn: #a40e26;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #0d1117; --text: #e6edf3; --soft: #9da7b3; --line: #30363d; --card: #161b22;
            --mark: #3fb98a; --link: #6cb6ff; --warn: #ff8c8c;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--back); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
        }
        a { color: var(--link); }
        a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible,
        summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .skip { position: absolute; left: -999px; }
        .skip:focus { left: 8px; top: 8px; background: var(--back); padding: 8px; z-index: 1; }
        header {
          display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center;
          padding: 10px 20px; border-bottom: 1px solid var(--line); background: var(--card);
        }
        .brand { margin: 0; font-weight: 700; }
        .brand a { color: var(--text); text-decoration: none; }
        nav { display: flex; flex-wrap: wrap; gap: 4px 16px; }
        nav a { padding: 4px 0; }
        nav a[aria-current] { color: var(--text); font-weight: 600; text-decoration: none; border-bottom: 2px solid var(--mark); }
        form { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
        header form { margin-left: auto; }
        input, select, button {
          font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line);
          border-radius: 6px; padding: 5px 10px; min-width: 0; max-width: 100%;
        }
        button { background: var(--mark); border-color: var(--mark); color: var(--back); cursor: pointer; }
        main { padding: 12px 20px 40px; max-width: 1180px; margin: 0 auto; }
        h1 { font-size: 1.5rem; overflow-wrap: anywhere; margin: 12px 0; }
        h2 { font-size: 1.1rem; margin: 28px 0 8px; }
        .tiles { display: grid; gap: 10px; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); margin: 16px 0; }
        .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; min-width: 0; }
        dt { color: var(--soft); font-size: .85rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .tiles dd { font-size: 1.15rem; font-variant-numeric: tabular-nums; }
        .facts div { display: grid; grid-template-columns: 110px 1fr; gap: 10px; padding: 6px 0; border-bottom: 1px solid var(--line); }
        .facts ul { margin: 0; padding-left: 18px; }
        .columns { display: grid; gap: 0 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
        .columns section { min-width: 0; }
        .columns .wide { grid-column: 1 / -1; }
        .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
        table { border-collapse: collapse; width: 100%; font-size: .92rem; }
        th, td { text-align: left; padding: 6px 9px; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: 400; vertical-align: top; }
        tbody tr:last-child > * { border-bottom: 0; }
        thead th, thead td { color: var(--soft); background: var(--card); }
        thead:has(tr:empty) { display: none; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .words { white-space: normal; min-width: 240px; overflow-wrap: anywhere; }
        .name { white-space: normal; }
        pre { margin: 6px 0 0; max-width: 60ch; white-space: pre-wrap; overflow-wrap: anywhere; }
        figure { margin: 0; }
        figcaption { color: var(--soft); font-size: .9rem; }
        svg { display: block; width: 100%; }
        #rate { height: 80px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
        polyline { fill: none; stroke: var(--mark); stroke-width: 2; vector-effect: non-scaling-stroke; }
        .chart { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
        .chart text { fill: var(--soft); font-size: 11px; }
        .chart .grid { stroke: var(--line); }
        .chart .now { stroke: var(--soft); }
        .chart line.expiry { stroke: var(--warn); stroke-dasharray: 3 3; }
        .chart text.expiry { fill: var(--warn); }
        .chart .future { stroke-dasharray: 5 4; opacity: .7; }
        .bar { width: 160px; height: 8px; margin-top: 8px; fill: var(--mark); }
        .filter { margin: 8px 0 12px; }
        footer { padding: 12px 20px; border-top: 1px solid var(--line); color: var(--soft); display: flex; flex-wrap: wrap; gap: 4px 20px; }
        @media (max-width: 600px) {
          header, main, footer { padding-left: 12px; padding-right: 12px; }
          header form { margin-left: 0; width: 100%; }
          header form input { flex: 1; }
          .tiles { grid-template-columns: repeat(2, 1fr); }
          .chart text { font-size: 20px; }
          nav { gap: 4px 11px; font-size: .95rem; }
          table { font-size: .88rem; }
          th, td { white-space: normal; overflow-wrap: anywhere; }
          td .day { display: inline-block; white-space: normal; }
          /* A row with many columns is shown by itself, each cell with its column's name. */
          .stacked, .stacked tbody, .stacked tr { display: block; }
          .stacked thead, .stacked .drawing, .stacked tr > :empty { display: none; }
          .stacked tr { padding: 7px 10px; border-bottom: 1px solid var(--line); }
          .stacked tbody tr:last-child { border-bottom: 0; }
          .stacked tr > * { display: flow-root; padding: 1px 0; border: 0; text-align: right; }
          .stacked tr > ::before { content: attr(data-name); float: left; margin-right: 14px; color: var(--soft); }
          .stacked th { font-weight: 600; }
          .stacked pre { text-align: left; }
          .words { min-width: 0; }
        }

        """
}
