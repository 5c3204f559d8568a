import Credits

/// The grant that every account of the benchmark gets before it uses anything.
enum BenchGrant {
    /// More than any load uses.
    static let credits = 1_000_000_000_000

    static func write(to name: String, number: Int, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        let json =
            #"{"command_id":"bench_grant_\#(number)","type":"grant","customer_id":"\#(name)","#
            + #""credits":"\#(credits)"}"#
        bytes.append(contentsOf: json.utf8)
    }

    /// What an account must have left.
    static func balance(afterUsing used: Int) -> Amount { Amount(whole: Int64(credits - used)) }
}
