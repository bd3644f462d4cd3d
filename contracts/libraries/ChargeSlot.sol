// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What a batch reads and writes of a channel, in one slot, in whole fee units of its model:
///
///     charged (highest 32 bits) | covered (32) | limit (32) | signer of vouchers (lowest 160)
///
/// `charged ≤ covered ≤ limit`, where the limit is what the deposit holds.
type ChargeSlot is uint256;

/// @title A channel's charge
library ChargeSlots {
    uint256 private constant MASK = type(uint32).max;

    function signer(ChargeSlot slot) internal pure returns (address) {
        return address(uint160(ChargeSlot.unwrap(slot)));
    }

    function limit(ChargeSlot slot) internal pure returns (uint32) {
        return uint32(ChargeSlot.unwrap(slot) >> 160);
    }

    function covered(ChargeSlot slot) internal pure returns (uint32) {
        return uint32(ChargeSlot.unwrap(slot) >> 192);
    }

    function charged(ChargeSlot slot) internal pure returns (uint32) {
        return uint32(ChargeSlot.unwrap(slot) >> 224);
    }

    function withSigner(ChargeSlot slot, address signer_) internal pure returns (ChargeSlot) {
        return ChargeSlot.wrap(((ChargeSlot.unwrap(slot) >> 160) << 160) | uint160(signer_));
    }

    /// @notice Raises what is covered to `units`, as far as the limit reaches; it never falls by this.
    function covering(ChargeSlot slot, uint256 units) internal pure returns (ChargeSlot) {
        uint256 most = limit(slot);
        if (units > most) units = most;
        uint256 before = covered(slot);
        if (units <= before) return slot;
        unchecked {
            return ChargeSlot.wrap(ChargeSlot.unwrap(slot) + ((units - before) << 192));
        }
    }

    /// @notice Sets the limit; what it no longer reaches is no longer covered.
    function limited(ChargeSlot slot, uint32 units) internal pure returns (ChargeSlot) {
        uint256 word = ChargeSlot.unwrap(slot) & ~((MASK << 160) | (MASK << 192));
        uint256 before = covered(slot);
        return ChargeSlot.wrap(word | (uint256(units) << 160) | ((before < units ? before : units) << 192));
    }

    /// @notice Adds what was charged, which must be covered.
    function charging(ChargeSlot slot, uint256 units) internal pure returns (ChargeSlot) {
        unchecked {
            return ChargeSlot.wrap(ChargeSlot.unwrap(slot) + (units << 224));
        }
    }
}
