// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModels, Royalty} from "../interfaces/IModels.sol";
import {AccountId} from "../types/Ids.sol";

/// @notice The royalties owed on every fee of a model, nearest the root first, in one slot: up to five places of
///
///     account (upper 32 bits) | bps (lower 16 bits)
///
/// the first in the lowest 48 bits, and empty ones above the last.
type Lineage is uint256;

/// @title Royalties
/// @notice Flattens a lineage once, at registration, so that recording a call never climbs it.
library Royalties {
    uint256 internal constant MAX_BPS = 2_000;
    uint256 internal constant MAX_ACCOUNTS = 5;

    uint256 private constant PLACE_BITS = 48;
    uint256 private constant BPS_BITS = 16;

    /// @notice What a child owes: all that its parent owes, and what the parent itself asks for. An account that is owed
    /// twice keeps its place and is owed the sum.
    /// @dev Sums cannot spill into the account beside them: a parent's total and what it asks are MAX_BPS each at most.
    function below(Lineage parent, AccountId owner, uint16 royaltyBps) internal pure returns (Lineage) {
        if (royaltyBps == 0) return parent;
        uint256 packed = Lineage.unwrap(parent);
        uint256 count = length(parent);
        for (uint256 i = 0; i < count; ++i) {
            if (royaltyAt(parent, i).account == owner) {
                return Lineage.wrap(packed + (uint256(royaltyBps) << (i * PLACE_BITS)));
            }
        }
        require(count < MAX_ACCOUNTS, IModels.Models_LineageTooDeep(count + 1, MAX_ACCOUNTS));
        uint256 place = (uint256(AccountId.unwrap(owner)) << BPS_BITS) | royaltyBps;
        return Lineage.wrap(packed | (place << (count * PLACE_BITS)));
    }

    function length(Lineage lineage) internal pure returns (uint256 count) {
        uint256 packed = Lineage.unwrap(lineage);
        for (; packed != 0; packed >>= PLACE_BITS) ++count;
    }

    function royaltyAt(Lineage lineage, uint256 index) internal pure returns (Royalty memory) {
        uint256 place = Lineage.unwrap(lineage) >> (index * PLACE_BITS);
        return Royalty({account: AccountId.wrap(uint32(place >> BPS_BITS)), bps: uint16(place)});
    }

    function totalBps(Lineage lineage) internal pure returns (uint256 total) {
        for (uint256 packed = Lineage.unwrap(lineage); packed != 0; packed >>= PLACE_BITS) total += uint16(packed);
    }

    function list(Lineage lineage) internal pure returns (Royalty[] memory royalties) {
        royalties = new Royalty[](length(lineage));
        for (uint256 i = 0; i < royalties.length; ++i) royalties[i] = royaltyAt(lineage, i);
    }
}
