// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A bond in one slot, amounts in gwei-OPEN, each a part of the supply and so below 2^64:
///
///     exposed (highest 64 bits) | held (64) | leaving (64) | balance (lowest 64)
///
/// `leaving + held ≤ balance`.
type BondSlot is uint256;

/// @title A bond
library BondSlots {
    uint256 private constant MASK = type(uint64).max;

    function balance(BondSlot slot) internal pure returns (uint64) {
        return uint64(BondSlot.unwrap(slot));
    }

    function leaving(BondSlot slot) internal pure returns (uint64) {
        return uint64(BondSlot.unwrap(slot) >> 64);
    }

    function held(BondSlot slot) internal pure returns (uint64) {
        return uint64(BondSlot.unwrap(slot) >> 128);
    }

    function exposed(BondSlot slot) internal pure returns (uint64) {
        return uint64(BondSlot.unwrap(slot) >> 192);
    }

    /// @notice What is there and not held.
    function standing(BondSlot slot) internal pure returns (uint64) {
        return balance(slot) - held(slot);
    }

    /// @notice What covers: neither leaving nor held.
    function covering(BondSlot slot) internal pure returns (uint64) {
        return balance(slot) - leaving(slot) - held(slot);
    }

    function deposited(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        return _with(slot, 0, balance(slot) + amountGwei);
    }

    /// @notice Takes from the balance; what is leaving shrinks to what is left.
    function taken(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        return _fit(_with(slot, 0, balance(slot) - amountGwei));
    }

    function leavingAll(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        return _with(slot, 64, amountGwei);
    }

    /// @notice Holds more of what covers.
    function holding(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        return _fit(_with(slot, 128, held(slot) + amountGwei));
    }

    /// @notice Holds more of what stands: what is leaving first, so that no less is covered as long as enough is leaving.
    function seizing(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        uint64 left = leaving(slot);
        return holding(_with(slot, 64, left > amountGwei ? left - amountGwei : 0), amountGwei);
    }

    function releasing(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        return _with(slot, 128, held(slot) - amountGwei);
    }

    function exposing(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        return _with(slot, 192, exposed(slot) + amountGwei);
    }

    function relieved(BondSlot slot, uint64 amountGwei) internal pure returns (BondSlot) {
        return _with(slot, 192, exposed(slot) - amountGwei);
    }

    function _fit(BondSlot slot) private pure returns (BondSlot) {
        uint64 most = standing(slot);
        return leaving(slot) > most ? _with(slot, 64, most) : slot;
    }

    function _with(BondSlot slot, uint256 place, uint64 value) private pure returns (BondSlot) {
        return BondSlot.wrap((BondSlot.unwrap(slot) & ~(MASK << place)) | (uint256(value) << place));
    }
}
