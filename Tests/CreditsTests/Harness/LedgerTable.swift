import Credits

/// A readable piece of the ledger's specification: one line is one input and what becomes of it.
///
/// ```
/// defaults   thresholds=20%,100 overdraft=refuse coalesce=PT1S
/// grant      g1  acme        100  expires=P30D   applied    balance 100  grant.created changed
/// usage      u1  acme         90                 applied    balance 10   low[20%] g1:-90
/// usage      u1  acme         91                 conflict   balance 10   usage.conflict
/// usage      u2  acme         11                 rejected   balance 10   usage.rejected
///                                                           insufficient_credits
/// configure  c1  acme  overdraft=record          applied    balance 10
/// time       P1D     acme balance 10 changed
/// ```
///
/// - `KIND ID ACCOUNT CREDITS` is an input of the kinds `usage` `grant` `void` `adjust` `hold`
///   `reverse`; `release` and `configure` have no credits. `?` are credits that no rate prices,
///   `all` those that a `void` or `reverse` leaves out. An account is `customer` or `customer/credit_type`.
/// - Options are `name=value`; moments are durations from the table's beginning, or dates such as
///   `2027-02-28`. All inputs take `recorded`, the record's timestamp (default: the clock). Grants take
///   `grant source category priority effective expires reference request` (`last`: the account's
///   latest request), usage
///   `source action hold occurred`, `void` `grant`, `hold` `hold` (default: the command's id) and
///   `after` (default `PT15M`), `release` `hold`, `reverse` `usage` and `source`, all commands `reason`, `configure` and `defaults`
///   `thresholds overdraft recurring topup`, `defaults` also `coalesce max_age max_future grace
///   reversal` and `notice`
///   (default: none).
/// - Then: the outcome, the balance after it, and in any order every trigger of that line without
///   `credit_` and `balance.` (brackets name thresholds, grant, hold or
///   what was asked for, and are optional), the code
///   of a refusal, `held` and `available` with what they are, and, if any is given, all allocations
///   `grant:credits` with `overdraft`.
/// - `recurring` lists schedules, separated by `;`, nothing ends them all. A schedule is
///   `ID:CREDITS:EVERY` and any of `:anchor=` a date or duration, `:expires=` a duration or `never`
///   (default: `period_end`), `:rollover=` credits, a percentage, or both with a comma.
/// - `time MOMENT` moves the clock, which stands at 0 before; `readthrough MOMENT` says how far all
///   input is read from here on (at first: to its end). Accounts that they touch follow, and
///   allocations. What expires then does so before the lines that follow.
/// - `defaults` begins a run of the program under these settings. `//` begins a comment. A line that
///   begins with anything else continues the one before it.
struct LedgerTable {
    struct Line {
        /// 1 for the table's first line.
        let number: Int
        let text: String
        let step: Step
        let expectation: Expectation
    }

    enum Step {
        case defaults(Policies)
        case time(Timestamp)
        /// All input that arrived before this moment is in the batches from here on.
        case readThrough(Timestamp)
        case input(TestInput)
    }

    /// What a line says of an account that it touches.
    struct AccountExpectation {
        let name: AccountName
        let balance: Amount
        var held: Amount?
        var available: Amount?
        var triggers: [String] = []
    }

    struct Expectation {
        var outcome: Outcome?
        var code: RefusalCode?
        var accounts: [AccountExpectation] = []
        var allocations: [String] = []
    }

    /// A line that is no line of a table.
    struct Fault: Error, CustomStringConvertible {
        let line: Int
        let description: String
    }

    let lines: [Line]

    /// Where the clock stands when a table begins: 2026-11-01T00:00:00Z.
    static let beginning = Timestamp(clampingMilliseconds: 1_793_491_200_000)
}
