extension HTML {
    /// A column of a table.
    struct Column: Sendable {
        enum Kind: Sendable {
            case text
            case number
            /// What the row is about.
            case subject
            /// Sentences, which need some room.
            case words
            /// A name that may go on in a new line.
            case name
            /// A drawing, which a small window leaves out.
            case drawing
        }

        let name: String
        let kind: Kind

        init(_ name: String, _ kind: Kind = .text) {
            self.name = name
            self.kind = kind
        }

        fileprivate var head: HTML {
            switch kind {
            case .number: "<th scope=\"col\" class=\"number\">\(name)</th>"
            case .drawing: "<td class=\"drawing\"></td>"
            default: "<th scope=\"col\">\(name)</th>"
            }
        }

        /// A cell; it has its column's name with it, for a small window shows each row by itself.
        fileprivate func cell(_ content: HTML) -> HTML {
            let name: HTML = name.isEmpty ? "" : " data-name=\"\(name)\""
            return switch kind {
            case .text: "<td\(name)>\(content)</td>"
            case .number: "<td class=\"number\"\(name)>\(content)</td>"
            case .subject: "<th scope=\"row\"\(name)>\(content)</th>"
            case .words: "<td class=\"words\"\(name)>\(content)</td>"
            case .name: "<td class=\"name\"\(name)>\(content)</td>"
            case .drawing: "<td class=\"drawing\">\(content)</td>"
            }
        }
    }

    /// A row of a table with these columns.
    static func row(_ columns: [Column], _ cells: HTML...) -> HTML {
        let cells = zip(columns, cells).map { $0.cell($1).text }
        return HTML(stringLiteral: "<tr>" + cells.joined() + "</tr>")
    }

    /// A table that scrolls by itself where it is wider than the page, also by keyboard.
    ///
    /// In a small window one with more than three columns shows each row by itself, so that nothing
    /// has to be scrolled for.
    static func table(
        _ label: String,
        _ columns: [Column],
        rows: [HTML],
        bodyID: String = ""
    ) -> HTML {
        let id: HTML = bodyID.isEmpty ? "" : " id=\"\(bodyID)\""
        let kind: HTML = columns.count > 3 ? " class=\"stacked\"" : ""
        let head: [HTML] = columns.contains { !$0.name.isEmpty } ? columns.map(\.head) : []
        return """
            <div class="scroll" role="region" tabindex="0" aria-label="\(label)">
            <table\(kind)><thead><tr>\(head)</tr></thead>
            <tbody\(id)>
            \(rows)</tbody></table></div>
            """
    }
}
