// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BookId} from "../types/Ids.sol";
import {BatchHeader} from "../types/Records.sol";
import {IClock} from "./IClock.sol";
import {IEarnings} from "./IEarnings.sol";
import {IJournal} from "./IJournal.sol";
import {ILedger} from "./ILedger.sol";
import {IModels} from "./IModels.sol";

/// @notice How far a book's settlement is.
enum Stage {
    /// Batches are shown, in their order.
    Summing,
    /// Units are weighed, in their order.
    Weighing,
    /// Units are paid, in their order, and everybody else with the last.
    Paying,
    Settled
}

/// @notice A batch shown at its book's settlement.
/// @param sum The sum of its query sketches (docs/protocol.md, "Records and batches"), empty without sketches.
struct BatchShown {
    BatchHeader header;
    bytes sum;
}

/// @notice What the pages of a settlement came to so far, held by its hash.
/// @param units Fees of the batches shown.
/// @param totals `P_d`: k integers of 64 bits.
/// @param net The sum of `W` of the units weighed.
/// @param paidGwei What units were paid.
struct Progress {
    uint64 units;
    bytes totals;
    uint256 net;
    uint64 paidGwei;
}

/// @notice A page of a book's settlement. It names where it begins and goes as far as it says: from one stage into the next, and to the end,
/// where it shows the last batches and `units` suffices.
/// @param stage The stage in which it begins.
/// @param from The first batch it shows, or the first unit.
/// @param progress What the pages before came to; anything on the first page.
/// @param batches Batches to show.
/// @param units How many units to weigh or to pay at most.
struct BookPage {
    BookId book;
    Stage stage;
    uint32 from;
    Progress progress;
    BatchShown[] batches;
    uint32 units;
}

/// @title Settlement
/// @notice Settles books: splits their fees among the contributors by net influence, the operator, the model's owner, its ancestors and the
/// treasury (docs/protocol.md, "Books and pay"). Nothing but the chain decides who is paid what.
/// @dev Promises (B1 to B6, P1 to P3): every batch counts once, in any paging; what is paid is what was charged, less what was voided, plus
/// what was given, to the gwei; no unsettled book holds up another; after its window nothing changes what a book pays; nobody can make
/// settling revert.
interface ISettlement is IJournal {
    event BatchesSummed(uint96 indexed book, uint32 from, uint32 to);
    event UnitsWeighed(uint96 indexed book, uint32 from, bytes weights);
    event UnitsPaid(uint96 indexed book, uint32 from, bytes amounts);
    event BookSettled(
        uint96 indexed book,
        uint64 operatorGwei,
        uint64 ownerGwei,
        uint64[] royaltiesGwei,
        uint64 treasuryGwei,
        uint64 contributorsGwei
    );

    error Settlement_UnknownTreasury(AccountId treasury);
    error Settlement_WindowOpen(BookId book, uint40 endsAt, uint40 time);
    error Settlement_PageAhead(BookId book, Stage stage, uint32 from, Stage reached, uint32 next);
    error Settlement_OtherProgress(BookId book, bytes32 found, bytes32 expected);
    error Settlement_OtherBatch(BookId book, uint32 number, BatchHeader shown);
    error Settlement_SumDiffers(bytes32 found, bytes32 expected);

    /// @notice Settles a page of a book whose window is over. What was done already is passed over. Anyone may call it.
    /// @dev `UnitsWeighed` tells 16 bytes a unit, `UnitsPaid` 8.
    function settle(BookPage calldata page) external;

    /// @notice How far a book's settlement is: its stage, which batch or unit is next in it, and the hash of what the pages so far came to, zero
    /// before the first.
    function progressOf(BookId book) external view returns (Stage stage, uint32 next, bytes32 progress);

    /// @notice The account that earns the treasury's share and what rounding leaves.
    function treasury() external view returns (AccountId);

    function ledger() external view returns (ILedger);

    function models() external view returns (IModels);

    function earnings() external view returns (IEarnings);

    function clock() external view returns (IClock);
}
