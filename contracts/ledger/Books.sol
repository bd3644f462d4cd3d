// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governed} from "../Governed.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBonds} from "../interfaces/IBonds.sol";
import {IChannels} from "../interfaces/IChannels.sol";
import {IClock} from "../interfaces/IClock.sol";
import {IEarnings} from "../interfaces/IEarnings.sol";
import {IModels} from "../interfaces/IModels.sol";
import {Book, ILedger, LedgerTerms} from "../interfaces/ILedger.sol";
import {BookSlot, BookSlots} from "../libraries/BookSlot.sol";
import {AccountId, BookId, bookOf, ModelId, modelOf, operatorOf} from "../types/Ids.sol";

/// @title Books
/// @notice Which book takes what, when it closes, and how long its records can be voided.
abstract contract Books is ILedger, Governed {
    using BookSlots for BookSlot;

    /// @dev What a book was opened with, and what was given to it, in one slot.
    struct Opening {
        uint40 openedAt;
        uint32 windowSeconds;
        uint32 epochSeconds;
        uint64 minBookGwei;
        uint64 givenGwei;
        uint16 treasuryBps;
    }

    uint40 public constant LONGEST_BOOK = 28 days;
    uint256 internal constant BPS = 10_000;

    IAccounts public immutable accounts;
    IModels public immutable models;
    IChannels public immutable channels;
    IEarnings public immutable earnings;
    IBonds public immutable bonds;
    IClock public immutable clock;

    /// @inheritdoc ILedger
    address public court;

    /// @inheritdoc ILedger
    address public settlement;

    LedgerTerms internal _terms;

    /// @inheritdoc ILedger
    uint64 public batchCount;

    mapping(BookId book => BookSlot) internal _books;
    mapping(BookId book => Opening) internal _openings;
    mapping(ModelId model => mapping(AccountId operator => uint32 count)) internal _bookCounts;

    /// @dev Units of a model's unsettled books, for what its bond must cover.
    mapping(ModelId model => uint64 units) internal _unsettledUnits;

    constructor(IChannels channels_, IBonds bonds_) {
        accounts = channels_.accounts();
        models = channels_.models();
        channels = channels_;
        earnings = channels_.earnings();
        bonds = bonds_;
        clock = channels_.clock();
    }

    /// @inheritdoc ILedger
    function release(BookId book, uint64 poolGwei) external {
        require(msg.sender == settlement, Ledger_NotAppointed(msg.sender));
        BookSlot slot = _books[book];
        _books[book] = slot.settled();
        _unsettledUnits[modelOf(book)] -= slot.units();
        _emit(2, abi.encode(BookReleased.selector, book));
        bonds.settle(operatorOf(book), modelOf(book), slot.coverGwei(), poolGwei);
    }

    /// @inheritdoc ILedger
    function give(ModelId model, AccountId operator, uint64 amountGwei) external {
        require(msg.sender == address(bonds), Ledger_NotAppointed(msg.sender));
        _give(model, operator, amountGwei);
    }

    /// @inheritdoc ILedger
    function bookStateOf(BookId book) external view returns (Book memory) {
        Opening memory opening = _requireBook(book);
        BookSlot slot = _books[book];
        return
            Book({
                openedAt: opening.openedAt,
                closesAt: _closesAt(book, slot, opening),
                windowSeconds: opening.windowSeconds,
                epochSeconds: opening.epochSeconds,
                minBookGwei: opening.minBookGwei,
                treasuryBps: opening.treasuryBps,
                batches: slot.batches(),
                units: slot.units(),
                givenGwei: opening.givenGwei,
                coverGwei: slot.coverGwei(),
                isSettled: slot.isSettled(),
                isCovered: slot.isCovered()
            });
    }

    /// @inheritdoc ILedger
    function bookCountOf(ModelId model, AccountId operator) external view returns (uint32) {
        return _bookCounts[model][operator];
    }

    /// @inheritdoc ILedger
    function windowEndOf(BookId book) external view returns (uint40) {
        return _windowEndOf(book);
    }

    /// @inheritdoc ILedger
    function unsettledPoolOf(ModelId model) public view returns (uint64) {
        (uint16 contributorBps, uint32 feeUnitGwei) = models.poolTermsOf(model);
        return uint64((uint256(_unsettledUnits[model]) * feeUnitGwei * contributorBps) / BPS);
    }

    /// @dev Adds to a book what goes whole to contributors.
    function _give(ModelId model, AccountId operator, uint64 amountGwei) internal {
        uint40 now_ = clock.time();
        // The books of a struck model are closed.
        uint40 openAt = now_ < _struckAt(model) ? now_ : type(uint40).max;
        BookId book = _openBook(model, operator, openAt, now_);
        _openings[book].givenGwei += amountGwei;
        _emit(2, abi.encode(GivenToBook.selector, book, amountGwei));
    }

    /// @dev The book of a model and an operator that is open at a time, or the next, opened now.
    function _openBook(ModelId model, AccountId operator, uint40 openAt, uint40 now_) internal returns (BookId book) {
        uint32 number = _bookCounts[model][operator];
        if (number != 0) {
            book = bookOf(model, operator, number);
            if (openAt < _books[book].closesAt()) return book;
        }

        ++number;
        _bookCounts[model][operator] = number;
        book = bookOf(model, operator, number);
        LedgerTerms memory terms_ = _terms;
        uint40 longest = terms_.epochSeconds > LONGEST_BOOK ? terms_.epochSeconds : LONGEST_BOOK;
        _books[book] = BookSlots.opened(now_ + longest);
        _openings[book] = Opening({
            openedAt: now_,
            windowSeconds: terms_.windowSeconds,
            epochSeconds: terms_.epochSeconds,
            minBookGwei: terms_.minBookGwei,
            givenGwei: 0,
            treasuryBps: terms_.treasuryBps
        });

        _emit(
            2,
            abi.encode(
                BookOpened.selector,
                book,
                now_ + longest,
                terms_.windowSeconds,
                terms_.epochSeconds,
                terms_.minBookGwei,
                terms_.treasuryBps
            )
        );
    }

    function _requireBook(BookId book) internal view returns (Opening memory opening) {
        opening = _openings[book];
        require(opening.openedAt != 0, Ledger_UnknownBook(book));
    }

    function _windowEndOf(BookId book) internal view returns (uint40) {
        Opening memory opening = _requireBook(book);
        return _closesAt(book, _books[book], opening) + opening.windowSeconds;
    }

    /// @dev A strike of the model closes its books at that moment. What is given afterwards opens books that are closed at once, whose window
    /// is whole all the same: units that are struck in it earn nothing.
    function _closesAt(BookId book, BookSlot slot, Opening memory opening) private view returns (uint40) {
        uint40 struckAt = _struckAt(modelOf(book));
        if (struckAt >= slot.closesAt()) return slot.closesAt();
        return struckAt > opening.openedAt ? struckAt : opening.openedAt;
    }

    /// @dev When a model was struck, or never.
    function _struckAt(ModelId model) private view returns (uint40 struckAt) {
        struckAt = models.struckAt(model);
        if (struckAt == 0) struckAt = type(uint40).max;
    }
}
