import Credits

extension LedgerTable {
    init(_ text: String) throws {
        var lines: [Line] = []
        var clock = Self.beginning
        for (number, words) in Self.sentences(in: text) {
            var parser = LineParser(words: words, number: number, clock: clock)
            let (step, expectation) = try parser.line()
            if case .time(let moment) = step { clock = moment }
            lines.append(
                Line(
                    number: number,
                    text: words.joined(separator: " "),
                    step: step,
                    expectation: expectation
                )
            )
        }
        self.lines = lines
    }

    /// The words of each line, with those of the lines that continue it.
    private static func sentences(in text: String) -> [(number: Int, words: [String])] {
        var sentences: [(number: Int, words: [String])] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let content = line.split(separator: "//", omittingEmptySubsequences: false)[0]
            let words = content.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            if kinds.contains(first) || sentences.isEmpty {
                sentences.append((index + 1, words))
            } else {
                sentences[sentences.count - 1].words += words
            }
        }
        return sentences
    }

    private static let kinds = inputKinds.union(["defaults", "time", "readthrough"])
    fileprivate static let inputKinds: Set<String> = [
        "usage", "grant", "void", "adjust", "hold", "release", "reverse", "configure",
    ]
}

/// Reads the words of one line from left to right.
private struct LineParser {
    let words: [String]
    let number: Int
    let clock: Timestamp
    private var position = 0
    private var options: [String: String] = [:]
    /// The record's timestamp of the input that is read.
    private var recordedAt: Timestamp

    init(words: [String], number: Int, clock: Timestamp) {
        self.words = words
        self.number = number
        self.clock = clock
        recordedAt = clock
    }

    private func fault(_ text: String) -> LedgerTable.Fault {
        LedgerTable.Fault(line: number, description: "line \(number): \(text)")
    }

    private mutating func word(_ what: String) throws -> String {
        guard position < words.count else { throw fault("expected \(what), got: nothing") }
        position += 1
        return words[position - 1]
    }

    mutating func line() throws -> (LedgerTable.Step, LedgerTable.Expectation) {
        let kind = try word("a kind")
        switch kind {
        case "defaults":
            try takeOptions()
            return (.defaults(try policies()), LedgerTable.Expectation())
        case "time":
            let moment = try moment(try word("a moment"))
            return (.time(moment), try timeExpectation())
        case "readthrough":
            let moment = try moment(try word("a moment"))
            return (.readThrough(moment), try timeExpectation())
        case _ where LedgerTable.inputKinds.contains(kind):
            let input = try input(kind)
            return (.input(input), try inputExpectation(of: input))
        default:
            throw fault("expected a kind of line, got: \(kind)")
        }
    }

    // MARK: Inputs

    private mutating func input(_ kind: String) throws -> TestInput {
        let id = try word("an id")
        let account = try account(try word("an account"))
        let isWithoutCredits = kind == "configure" || kind == "release"
        let credits = isWithoutCredits ? "" : try word("credits")
        let start = position
        try takeOptions()
        // As the contract has it: moments of use, reasons and references are not content.
        let counted = words[start..<position].filter { word in
            !["occurred=", "recorded=", "reference=", "reason="].contains { word.hasPrefix($0) }
        }
        let content = "\(kind) \(credits) \(counted.sorted().joined(separator: " "))"
        recordedAt = try option("recorded").map { try moment($0) } ?? clock
        let inputKind: TestInput.Kind
        if kind == "usage" {
            inputKind = .usage(
                TestInput.UsageTerms(
                    source: option("source") ?? "",
                    action: option("action") ?? "",
                    credits: credits == "?" ? nil : try amount(credits),
                    holdID: option("hold") ?? "",
                    occurredAt: try option("occurred").map { try moment($0) } ?? recordedAt
                )
            )
        } else {
            inputKind = .command(try command(kind, id: id, credits: credits))
        }
        if let left = options.keys.first { throw fault("expected a known option, got: \(left)") }
        return TestInput(
            id: id,
            account: account,
            kind: inputKind,
            content: content,
            offset: Int64(number),
            timestamp: recordedAt
        )
    }

    private mutating func command(
        _ kind: String,
        id: String,
        credits: String
    ) throws -> CommandAction {
        _ = option("reason")
        switch kind {
        case "grant": return .grant(try terms(id: id, credits: try amount(credits)))
        case "void":
            let part = credits == "all" ? nil : try amount(credits)
            return .void(grantID: try required("grant"), credits: part)
        case "adjust": return .adjust(try amount(credits))
        case "hold":
            return .hold(
                HoldRequest(
                    holdID: option("hold") ?? id,
                    credits: credits == "?" ? .zero : try amount(credits),
                    expiresAfter: try named(option("after") ?? "PT15M") { CalendarDuration($0) }
                )
            )
        case "release": return .release(holdID: try required("hold"))
        case "reverse": return .reverseUsage(try reversal(credits))
        default: return .configure(try settings())
        }
    }

    private mutating func reversal(_ credits: String) throws -> ReversalRequest {
        let usageID = try required("usage")
        let source = option("source") ?? ""
        return ReversalRequest(
            usageID: usageID,
            source: source,
            usageKey: TestKeys.key(.usage, scope: source, id: usageID),
            reversalKey: TestKeys.key(.reversal, scope: source, id: usageID),
            credits: credits == "all" ? nil : try amount(credits)
        )
    }

    private mutating func required(_ name: String) throws -> String {
        guard let value = option(name) else { throw fault("expected \(name)=, got: nothing") }
        return value
    }

    private mutating func terms(id: String, credits: Amount) throws -> GrantTerms {
        let source = try named(option("source") ?? "purchase", GrantSource.init(name:))
        let category = try option("category").map { try named($0, GrantCategory.init(name:)) }
        return GrantTerms(
            grantID: option("grant") ?? id,
            credits: credits,
            source: source,
            category: category,
            priority: try named(option("priority") ?? "50") { Int($0) },
            effectiveAt: try option("effective").map { try moment($0) } ?? recordedAt,
            expiresAt: try option("expires").map { try moment($0) },
            reference: option("reference"),
            requestID: option("request")
        )
    }

    private mutating func settings() throws -> AccountSettings {
        let overdraft = try option("overdraft").map { text throws -> OverdraftPolicy in
            switch text {
            case "record": .record
            case "refuse": .refuse
            default: .limit(try amount(text))
            }
        }
        let thresholds = try option("thresholds").map { list in
            try list.split(separator: ",").map { item throws -> Threshold in
                let isPercent = item.hasSuffix("%")
                let value = try amount(String(isPercent ? item.dropLast() : item))
                return try named(String(item)) { _ in
                    Threshold(kind: isPercent ? .percent : .absolute, value: value)
                }
            }
        }
        let topUp = try option("topup").map { text in
            try named(text) { AutoTopUpSetting(tableWord: $0) }
        }
        let recurring = try option("recurring").map { list in
            try list.split(separator: ";").map { rule in
                try named(String(rule), RecurringGrant.init(tableWord:))
            }
        }
        return AccountSettings(
            overdraft: overdraft,
            thresholds: thresholds,
            autoTopUp: topUp,
            recurring: recurring
        )
    }

    private mutating func policies() throws -> Policies {
        let coalescing = try named(option("coalesce") ?? "PT1S") { CalendarDuration($0) }
        var defaults = AccountSettings.standard
        let given = try settings()
        if let overdraft = given.overdraft { defaults.overdraft = overdraft }
        if let thresholds = given.thresholds { defaults.thresholds = thresholds }
        defaults.autoTopUp = given.autoTopUp
        defaults.recurring = given.recurring
        return Policies(
            defaults: defaults,
            coalescing: coalescing.microseconds,
            expiryGrace: try named(option("grace") ?? "PT1H") { CalendarDuration($0) },
            expiryNotices: try (option("notice") ?? "").split(separator: ",").map { lead in
                try named(String(lead)) { CalendarDuration($0) }
            },
            reversalGrace: try named(option("reversal") ?? "P30D") { CalendarDuration($0) },
            maximumAge: try option("max_age").map { try named($0) { CalendarDuration($0) } },
            maximumFuture: try option("max_future").map { try named($0) { CalendarDuration($0) } }
        )
    }

    private mutating func takeOptions() throws {
        while position < words.count, let equals = words[position].firstIndex(of: "=") {
            let name = String(words[position][..<equals])
            options[name] = String(words[position][equals...].dropFirst())
            position += 1
        }
    }

    private mutating func option(_ name: String) -> String? { options.removeValue(forKey: name) }

    // MARK: Expectations

    private mutating func inputExpectation(
        of input: TestInput
    ) throws -> LedgerTable.Expectation {
        var expectation = LedgerTable.Expectation()
        let name = try word("an outcome")
        let outcome = try named(name) { name in Outcome.allCases.first { $0.name == name } }
        expectation.outcome = outcome
        guard try word("balance") == "balance" else { throw fault("expected a balance") }
        var account = LedgerTable.AccountExpectation(
            name: input.account,
            balance: try amount(try word("a balance"))
        )
        while position < words.count {
            let word = try word("an expectation")
            if let code = RefusalCode.allCases.first(where: { $0.name == word }) {
                expectation.code = code
            } else if try takeAmount(named: word, into: &account) {
                continue
            } else if word.contains(":"), !word.contains("[") {
                expectation.allocations.append(word)
            } else {
                account.triggers.append(try trigger(word))
            }
        }
        if outcome == .conflict {
            expectation.code = input.isCommand ? .commandIDConflict : .usageIDConflict
        }
        if outcome == .rejected || outcome == .invalid, expectation.code == nil {
            throw fault("expected a refusal to name its code")
        }
        expectation.accounts = [account]
        return expectation
    }

    private mutating func timeExpectation() throws -> LedgerTable.Expectation {
        var expectation = LedgerTable.Expectation()
        while position < words.count {
            let word = try word("an account")
            if position < words.count, words[position] == "balance" {
                position += 1
                expectation.accounts.append(
                    LedgerTable.AccountExpectation(
                        name: try account(word),
                        balance: try amount(try self.word("a balance"))
                    )
                )
            } else if let last = expectation.accounts.indices.last {
                if try takeAmount(named: word, into: &expectation.accounts[last]) { continue }
                if word.contains(":"), !word.contains("[") {
                    expectation.allocations.append(word)
                } else {
                    expectation.accounts[last].triggers.append(try trigger(word))
                }
            } else {
                throw fault("expected an account and its balance, got: \(word)")
            }
        }
        return expectation
    }

    /// Takes the amount that follows `held` or `available`; false: the word is neither.
    private mutating func takeAmount(
        named name: String,
        into account: inout LedgerTable.AccountExpectation
    ) throws -> Bool {
        switch name {
        case "held": account.held = try amount(try word("what is held"))
        case "available": account.available = try amount(try word("what is available"))
        default: return false
        }
        return true
    }

    private func trigger(_ word: String) throws -> String {
        let name = String(word.prefix { $0 != "[" })
        guard TriggerType.allCases.contains(where: { $0.shortName == name }) else {
            throw fault("expected a trigger or a code, got: \(word)")
        }
        return word
    }

    // MARK: Words

    private func account(_ word: String) throws -> AccountName {
        let parts = word.split(separator: "/").map(String.init)
        return AccountName(
            customerID: parts[0],
            creditType: parts.count > 1 ? parts[1] : "credits"
        )
    }

    private func amount(_ word: String) throws -> Amount {
        try named(word) { try? Amount($0) }
    }

    private func moment(_ word: String) throws -> Timestamp {
        try named(word, LedgerTable.moment)
    }

    private func named<Value>(_ word: String, _ value: (String) -> Value?) throws -> Value {
        guard let value = value(word) else { throw fault("expected a \(Value.self), got: \(word)") }
        return value
    }
}

extension TriggerType {
    /// As tables write it: `credit_balance.low` is `low`, `credit_grant.created` `grant.created`.
    var shortName: String {
        var short = Substring(name)
        for prefix in ["credit_", "balance."] where short.hasPrefix(prefix) {
            short = short.dropFirst(prefix.count)
        }
        return String(short)
    }
}
