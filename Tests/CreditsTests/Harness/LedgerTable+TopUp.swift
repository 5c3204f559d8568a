import Credits

extension AutoTopUpSetting {
    /// Reads `threshold:100,pack:50,count:2,cap:200,period:P30D,answer:PT1H` or `off`.
    ///
    /// `threshold` and `pack` must be there, `period` where there is a `count` or a `cap`; `answer`
    /// is an hour where it is not.
    init?(tableWord: String) {
        guard tableWord != "off" else {
            self = .off
            return
        }
        var parts: [String: String] = [:]
        for part in tableWord.split(separator: ",") {
            let pair = part.split(separator: ":", maxSplits: 1).map(String.init)
            guard pair.count == 2, parts.updateValue(pair[1], forKey: pair[0]) == nil else {
                return nil
            }
        }
        guard let threshold = Self.amount(parts.removeValue(forKey: "threshold")),
            let pack = Self.amount(parts.removeValue(forKey: "pack")),
            let answer = CalendarDuration(parts.removeValue(forKey: "answer") ?? "PT1H")
        else { return nil }
        var rule = AutoTopUp(threshold: threshold, credits: pack, answerWithin: answer)
        if let period = parts.removeValue(forKey: "period").flatMap({ CalendarDuration($0) }) {
            rule.cap = TopUpCap(
                period: period,
                count: parts.removeValue(forKey: "count").flatMap { Int($0) },
                credits: Self.amount(parts.removeValue(forKey: "cap"))
            )
        }
        guard parts.isEmpty else { return nil }
        self = .on(rule)
    }

    private static func amount(_ text: String?) -> Amount? {
        text.flatMap { try? Amount($0) }
    }
}

extension TestInput {
    /// Whether it answers whatever request its account made last, which only a run knows.
    var answersLast: Bool {
        if case .command(.grant(let terms)) = kind { terms.requestID == "last" } else { false }
    }

    /// The input with the id of the request that it answers.
    func answering(_ requestID: String?) -> TestInput {
        guard answersLast, case .command(.grant(var terms)) = kind else { return self }
        terms.requestID = requestID
        var input = self
        input.kind = .command(.grant(terms))
        return input
    }
}
