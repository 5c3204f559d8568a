import Credits

/// `defaults.auto_top_up`: when accounts ask for credits by themselves.
extension AutoTopUp {
    private static let amount = "a decimal, with at most 12 decimals"
    private static let positive = "a decimal above 0, with at most 12 decimals"
    /// Requests in one window, at most: more are as good as no limit.
    private static let maximumCount = 1_000_000_000

    static func read(_ value: YAMLValue) -> AutoTopUp? {
        value.section { reader -> AutoTopUp? in
            let threshold = reader.required("threshold", amount)?.amount(amount) { _ in true }
            let credits = reader.required("credits", positive)?.amount(positive) { $0.isPositive }
            let cap = reader.valueOrSection("max_per").flatMap(cap)
            var answerWithin = CalendarDuration.fixed(hours: 1)
            reader.read("answer_within", into: &answerWithin, from: .shortest, to: .longest)
            guard let threshold, let credits else { return nil }
            return AutoTopUp(
                threshold: threshold,
                credits: credits,
                cap: cap,
                answerWithin: answerWithin
            )
        } ?? nil
    }

    private static func cap(_ value: YAMLValue) -> TopUpCap? {
        value.section { reader -> TopUpCap? in
            let constraint =
                "a duration between \(CalendarDuration.fixed(seconds: 1)) and "
                + "\(CalendarDuration.longest)"
            let period = reader.required("period", constraint)?
                .duration(from: .fixed(seconds: 1), to: .longest)
            let countValue = reader.value("count")
            let count = countValue?.integer(in: 1...maximumCount)
            let creditsValue = reader.value("credits")
            let credits = creditsValue?.amount(positive) { $0.isPositive }
            // Without either it would limit nothing.
            if countValue == nil, creditsValue == nil {
                value.fail("given a count or credits", got: "neither")
            }
            guard let period else { return nil }
            return TopUpCap(period: period, count: count, credits: credits)
        } ?? nil
    }
}

extension CalendarDuration {
    /// The least that is more than nothing.
    static let shortest = fixed(seconds: 0, microseconds: 1)
    static let longest = fixed(years: 100)
}
