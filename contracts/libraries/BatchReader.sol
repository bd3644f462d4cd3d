// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// solhint-disable-next-line no-unused-import
import {AccountTable, ENTRY_ONES, TABLE_MAX_ENTRIES, TABLE_OFFSETS} from "./AccountTable.sol";
import {FixedShare} from "./FixedShares.sol";

/// @notice A batch while it is read. The order of the fields is known to `BatchReader`.
/// @param position Memory address of the record to read next.
/// @param end Memory address behind the last record.
/// @param leaves Memory address where the first record's leaf goes.
/// @param index Which record of the batch is next.
/// @param topK Rows that a record lists at most.
/// @param rowLimit The greatest word that begins with a row of the model.
/// @param sketchBytes How long a sketch is.
/// @param contributorBps The pool of a record's rows.
/// @param payers Of each payer met so far: `cap (64 bits) | balance (64)` of its tab.
/// @param credits What each account has been credited so far.
/// @param operator What the operator takes of every fee.
/// @param owner What the model's owner takes.
/// @param royalties What the owners of its ancestors take.
struct Batch {
    uint256 position;
    uint256 end;
    uint256 leaves;
    uint256 index;
    uint256 topK;
    uint256 rowLimit;
    uint256 sketchBytes;
    uint256 contributorBps;
    AccountTable payers;
    AccountTable credits;
    FixedShare operator;
    FixedShare owner;
    FixedShare[] royalties;
}

/// @title BatchReader
/// @notice Reads records where they lie in memory (docs/protocol.md, "Record"): charges the payer, credits the rows and the
/// takers of shares, and hashes the leaf.
/// @dev In Yul because it runs for every row of every inference, whose calldata has been paid for already (EIP-7623). It only
/// ever says yes: what it does not like it leaves to `RecordRules`, which says why in plain Solidity. Its plain twin is
/// test/contracts/harness/PlainLedger.sol. The order of statements, parameters and operands is the one that leaves the
/// compiler the least to shuffle, found by trying: measure (`npm run bench:gas`) before and after changing it.
library BatchReader {
    uint256 internal constant HEAD_BYTES = 45;
    uint256 internal constant ROW_BYTES = 10;
    uint256 internal constant WEIGHT_SUM = 65_535;
    uint256 internal constant BPS = 10_000;

    uint256 private constant MASK = 0xffffffffffffffff;
    uint256 private constant ONES = 0x1111111111111111111111111111111111111111111111111111111111111111;
    uint256 private constant EIGHTS = 0x8888888888888888888888888888888888888888888888888888888888888888;

    /// @notice Reads on to the end of the batch, or to the first record that needs attention: because its payer's tab is
    /// not in `payers` yet, or because something is wrong with it.
    // solhint-disable-next-line function-max-lines
    function advance(Batch memory batch) internal pure {
        assembly ("memory-safe") {
            // Whether an entry is not that of the account in the second four bytes of a word.
            function isNot(entry, word) -> different {
                different := or(iszero(entry), shr(224, shl(32, xor(entry, word))))
            }

            // Where the entry of that account lies, or the empty word where it would. The search begins at `place`.
            function search(words, place, word) -> found, entry {
                found := place
                entry := mload(found)
                for {} isNot(entry, word) {} {
                    if iszero(entry) {
                        leave
                    }
                    found := add(words, and(add(sub(found, words), 0x20), TABLE_OFFSETS))
                    entry := mload(found)
                }
            }

            // Opens an entry at an empty word; gives zero where there is no such account, or no room for it.
            function open(words, place, word) -> entry {
                let table := sub(words, 0x20)
                let header := mload(table)
                word := and(shr(192, word), 0xffffffff)
                entry := or(ENTRY_ONES, or(shl(192, word), shl(160, and(header, 0xffffffff))))
                header := add(shr(32, header), 1)
                mstore(table, or(shl(32, header), place))
                if gt(and(header, 0xffffffff), TABLE_MAX_ENTRIES) {
                    entry := 0
                }
                if iszero(lt(sub(word, 1), shr(32, header))) {
                    entry := 0
                }
            }

            // Whether a row is listed between two memory addresses.
            function isListed(from, to, row) -> listed {
                for {} lt(from, to) {
                    from := add(from, ROW_BYTES)
                } {
                    listed := or(listed, eq(shr(224, mload(from)), row))
                }
            }

            // Credits the accounts of rows with their parts of a pool, unless a row breaks a rule. Gives the end of the
            // rows, or zero.
            function creditRows(words, end, poolGwei, rowLimit, from) -> sketch {
                mstore(0x00, from)
                let sum := 0
                let weight := WEIGHT_SUM
                let seen := 0
                for {} 1 {} {
                    let word := mload(from)
                    let heavier := weight
                    weight := and(0xffff, shr(176, word))
                    let earlier := seen
                    seen := or(seen, shl(byte(3, word), 1))
                    let place := add(and(shr(187, word), TABLE_OFFSETS), words)
                    from := add(from, ROW_BYTES)
                    let entry := mload(place)
                    sum := add(weight, sum)

                    // One question for all that is rare: a row whose lowest byte was seen before, most often another row;
                    // an account met for the first time, or not in its own place; a row that breaks a rule.
                    if or(or(isNot(entry, word), eq(earlier, seen)), or(gt(weight, heavier), gt(word, rowLimit))) {
                        if or(gt(weight, heavier), lt(rowLimit, word)) {
                            leave
                        }
                        if eq(seen, earlier) {
                            earlier := sub(from, ROW_BYTES)
                            if isListed(mload(0x00), earlier, shr(224, word)) {
                                leave
                            }
                        }
                        place, entry := search(words, place, word)
                        if iszero(entry) {
                            entry := open(words, place, word)
                            if iszero(entry) {
                                leave
                            }
                        }
                    }
                    mstore(place, add(div(mul(poolGwei, weight), WEIGHT_SUM), entry))

                    if iszero(lt(from, end)) {
                        break
                    }
                }
                if eq(WEIGHT_SUM, sum) {
                    sketch := from
                }
            }

            // Whether a word holds the nibble 0x8, in the highest bits of nibbles; the other bits mean nothing. Without that
            // bit only 0x8 is zero, and only a zero borrows when one is taken from it.
            function eights(codes) -> found {
                found := and(sub(xor(codes, EIGHTS), ONES), codes)
            }

            // Whether a sketch holds the code -8. Its words are a multiple of one, most often of four.
            function holdsEight(from, end) -> found {
                for {} and(sub(end, from), 0x60) {} {
                    found := or(found, eights(mload(from)))
                    from := add(from, 0x20)
                }
                for {} lt(from, end) {} {
                    found := or(found, eights(mload(from)))
                    found := or(found, eights(mload(add(from, 0x20))))
                    found := or(found, eights(mload(add(from, 0x40))))
                    found := or(found, eights(mload(add(from, 0x60))))
                    from := add(from, 0x80)
                }
                found := and(found, EIGHTS)
            }

            // Adds a share of a fee to what its taker has so far.
            function take(place, feeGwei) {
                let share := mload(place)
                mstore(place, add(div(mul(feeGwei, shr(240, share)), BPS), share))
            }

            let position := mload(batch)
            let index := mload(add(batch, 0x60))
            for {} lt(position, mload(add(batch, 0x20))) {} {
                // The payer lies in this word as a row's account lies in the row's.
                let word := mload(add(position, 28))
                let rows := byte(16, word)
                let next := add(add(HEAD_BYTES, position), add(mul(rows, ROW_BYTES), mload(add(0xc0, batch))))
                if or(lt(mload(add(batch, 0x80)), rows), gt(next, mload(add(batch, 0x20)))) {
                    break
                }

                let feeGwei := shr(192, mload(add(position, 36)))
                let place := add(mload(add(0x100, batch)), and(shr(187, word), TABLE_OFFSETS))
                let tab := mload(place)
                if isNot(tab, word) {
                    place, tab := search(mload(add(batch, 0x100)), place, word)
                    if iszero(tab) {
                        break
                    }
                }
                if or(lt(and(shr(64, tab), MASK), feeGwei), gt(feeGwei, and(tab, MASK))) {
                    break
                }

                let sketch := add(position, HEAD_BYTES)
                if rows {
                    sketch := creditRows(
                        mload(add(batch, 0x120)),
                        sub(next, mload(add(batch, 0xc0))),
                        div(mul(feeGwei, mload(add(0xe0, batch))), BPS),
                        mload(add(batch, 0xa0)),
                        sketch
                    )
                    if iszero(sketch) {
                        break
                    }
                }
                if holdsEight(sketch, next) {
                    break
                }

                mstore(place, sub(tab, feeGwei))
                take(add(batch, 0x140), feeGwei)
                take(add(batch, 0x160), feeGwei)
                {
                    let royalty := mload(add(batch, 0x180))
                    for {
                        let left := mload(royalty)
                    } left {} {
                        left := sub(left, 1)
                        royalty := add(0x20, royalty)
                        take(royalty, feeGwei)
                    }
                }
                mstore(0x00, index)
                mstore(0x20, keccak256(position, sub(next, position)))
                mstore(add(mload(add(batch, 0x40)), shl(5, index)), keccak256(0x00, 0x40))
                position := next
                index := add(index, 1)
            }
            mstore(batch, position)
            mstore(add(batch, 0x60), index)
        }
    }
}
