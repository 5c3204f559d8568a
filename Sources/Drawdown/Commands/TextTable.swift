/// Columns of text for people; the last column is never padded.
struct TextTable {
    enum Alignment {
        case left
        /// For amounts and counts.
        case right
    }

    let columns: [(title: String, alignment: Alignment)]
    private(set) var rows: [[String]] = []

    init(_ columns: KeyValuePairs<String, Alignment>) {
        self.columns = columns.map { ($0.key, $0.value) }
    }

    /// Adds a row; control characters in it are replaced.
    mutating func append(_ cells: [String]) {
        rows.append(cells.map(\.printable))
    }

    /// The lines, titles first, each ended.
    var text: String {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in
            all.map { $0[column].count }.max() ?? 0
        }
        return all.map { row in
            let cells = columns.indices.map { column in
                row[column].padded(to: widths[column], columns[column].alignment)
            }
            return cells.joined(separator: "  ").withoutTrailingSpaces + "\n"
        }.joined()
    }
}

extension String {
    /// This text filled with spaces to a width in characters; longer text stays whole.
    func padded(to width: Int, _ alignment: TextTable.Alignment = .left) -> String {
        let space = String(repeating: " ", count: max(0, width - count))
        return alignment == .left ? self + space : space + self
    }

    var withoutTrailingSpaces: String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
