// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Journal
/// @notice A contract that keeps a rolling hash of every event it emits, so that one storage proof shows a set of events
/// to be complete and in order.
/// @dev One storage slot, at the same ERC-7201 position in every contract (namespace `attribution.journal`), holds
/// `head (upper 208 bits) | count (lower 48 bits)`. An event with topics `t0 … tn` and data `d` moves it to
///
///     eventHash = keccak256(t0 ‖ … ‖ tn ‖ d)
///     slot'     = keccak256(slot ‖ eventHash) with its lower 48 bits replaced by count + 1
///
/// Why the head is 208 bits wide: docs/decisions/002-journal-in-one-slot.md.
interface IJournal {
    /// @notice The journal as it stands.
    /// @return count How many events the contract has emitted.
    /// @return head The rolling hash over them; zero before the first.
    function journal() external view returns (uint48 count, bytes26 head);
}
