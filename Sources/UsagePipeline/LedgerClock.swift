import Credits

/// The ledger's time: the wall clock, less its jumps.
///
/// It never runs backwards. A jump forward beyond a bound would expire at once what customers may
/// still use; so it is held back, and time goes on by the clock that only runs forward, until a
/// record's timestamp says that it is that late indeed.
struct LedgerClock: Equatable {
    /// A wall clock that gains more than this on the other clock has jumped; in microseconds.
    static let bound: Int64 = 5 * 60 * 1_000_000

    private var last: Timestamp?
    private var elapsed = Duration.zero

    /// The time of the ledger at this moment.
    ///
    /// - Parameters:
    ///   - wall: the wall clock.
    ///   - elapsed: the clock that only runs forward.
    ///   - newestRecord: the highest timestamp of any record read.
    /// - Returns: never less than before.
    mutating func now(wall: Timestamp, elapsed: Duration, newestRecord: Timestamp) -> Timestamp {
        guard let last else {
            // Nothing to compare with: how long the process was not there is known to nobody.
            self.last = wall
            self.elapsed = elapsed
            return wall
        }
        let expected = last.advanced(byMicroseconds: (elapsed - self.elapsed).wholeMicroseconds)
        let isJump = wall > expected.advanced(byMicroseconds: Self.bound)
        let isConfirmed = newestRecord >= wall.advanced(byMicroseconds: -Self.bound)
        let now = max(last, isJump && !isConfirmed ? expected : wall)
        self.last = now
        self.elapsed = elapsed
        return now
    }
}

extension Duration {
    /// Rounded down.
    var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
