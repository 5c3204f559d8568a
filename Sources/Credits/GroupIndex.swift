/// Which elements of a list belong to which of some numbered groups.
///
/// A counting sort: however many groups there are, they cost two arrays and not one each.
package struct GroupIndex: Sendable {
    /// The indices of the list's elements, group by group and in order within each.
    package let order: [Int32]
    @usableFromInline let starts: [Int]

    /// - Parameters:
    ///   - groups: the group of each element, from 0; one with a negative number is in none, and not in
    ///     ``order``.
    ///   - count: how many groups there are.
    package init(_ groups: [Int32], count: Int) {
        var starts = [Int](repeating: 0, count: count + 1)
        for group in groups where group >= 0 { starts[Int(group) + 1] += 1 }
        for group in 0..<count { starts[group + 1] += starts[group] }
        var next = starts
        var order = [Int32](repeating: 0, count: starts[count])
        for (index, group) in groups.enumerated() where group >= 0 {
            order[next[Int(group)]] = Int32(index)
            next[Int(group)] += 1
        }
        self.order = order
        self.starts = starts
    }

    /// Where in ``order`` a group's elements are.
    @inlinable
    package subscript(group: Int) -> Range<Int> { starts[group]..<starts[group + 1] }
}
