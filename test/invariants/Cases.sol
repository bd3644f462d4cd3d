// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId} from "../../contracts/types/Ids.sol";
import {IndexProof} from "../../contracts/types/Records.sol";
import {Books} from "./Books.sol";

/// @notice How a record lies, if it does.
enum Lie {
    None,
    Weights,
    Order,
    Account,
    Absence,
    Dropped,
    Replaced
}

/// @notice An honest record of four rows, and what shows the lies that can be made of it.
/// @param truth Its bytes.
/// @param fifth The row that comes fifth, and the account that contributed it.
/// @param listed The entries of its rows.
/// @param first The entry of its first row.
/// @param fourth The entry of its fourth row.
/// @param both The entries of its fourth and its fifth row, in the order of the index.
struct Case {
    bytes truth;
    uint32 fifth;
    uint32 fifthAccount;
    IndexProof listed;
    IndexProof first;
    IndexProof fourth;
    IndexProof both;
}

/// @notice Makes lies of honest records, each as small as its kind allows.
abstract contract Cases is Books {
    uint32 internal constant ABSENT_ROW = 5;
    uint256 private constant ROWS_AT = 45;

    Case[] internal cases;
    /// @dev The entry before the absent row.
    IndexProof internal neighbour;

    constructor(Case[] memory cases_, IndexProof memory neighbour_) {
        for (uint256 i = 0; i < cases_.length; ++i) cases.push(cases_[i]);
        neighbour = neighbour_;
    }

    /// @dev A record of a case with another payer and fee, and with a lie in it.
    function recordOf(
        Case storage from,
        uint32 payer,
        uint64 feeGwei,
        Lie lie,
        uint256 seed
    ) internal view returns (bytes memory record) {
        record = from.truth;
        write(record, 32, 4, payer);
        write(record, 36, 8, feeGwei);
        if (lie == Lie.Weights) {
            shift(record, 1 + (seed % weightAt(record, 3)));
        } else if (lie == Lie.Order) {
            for (uint256 i = 0; i < 8; ++i) {
                (uint256 a, uint256 b) = (ROWS_AT + 10 + i, ROWS_AT + 20 + i);
                (record[a], record[b]) = (record[b], record[a]);
            }
        } else if (lie == Lie.Account) {
            misassign(record, seed);
        } else if (lie == Lie.Absence) {
            write(record, ROWS_AT + 30, 4, ABSENT_ROW);
        } else if (lie == Lie.Replaced) {
            write(record, ROWS_AT + 30, 4, from.fifth);
            write(record, ROWS_AT + 34, 4, from.fifthAccount);
        } else if (lie == Lie.Dropped) {
            record = dropped(record);
        }
    }

    /// @dev From the last row to the first.
    function shift(bytes memory record, uint256 weight) private pure {
        write(record, ROWS_AT + 8, 2, weightAt(record, 0) + weight);
        write(record, ROWS_AT + 38, 2, weightAt(record, 3) - weight);
    }

    /// @dev Any accounts at all, the first one certainly wrong.
    function misassign(bytes memory record, uint256 seed) private view {
        uint256 right = number(record, ROWS_AT + 4, 4);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 account = 1 + ((seed >> (16 * i)) % accountCount);
            write(record, ROWS_AT + 10 * i + 4, 4, account);
        }
        if (number(record, ROWS_AT + 4, 4) == right) write(record, ROWS_AT + 4, 4, AccountId.unwrap(operator));
    }

    /// @dev Without the last row, whose weight the first one gets.
    function dropped(bytes memory record) private pure returns (bytes memory shorter) {
        shift(record, weightAt(record, 3));
        shorter = new bytes(record.length - 10);
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = record[i < ROWS_AT + 30 ? i : i + 10];
        shorter[44] = bytes1(uint8(3));
    }

    function weightAt(bytes memory record, uint256 place) private pure returns (uint256) {
        return number(record, ROWS_AT + 10 * place + 8, 2);
    }

    function rowAt(bytes memory record, uint256 place) internal pure returns (uint32) {
        return uint32(number(record, ROWS_AT + 10 * place, 4));
    }

    function write(bytes memory record, uint256 at, uint256 size, uint256 value) private pure {
        for (uint256 i = 0; i < size; ++i) record[at + i] = bytes1(uint8(value >> (8 * (size - 1 - i))));
    }
}
