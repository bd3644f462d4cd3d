// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channel} from "../../contracts/interfaces/IChannels.sol";
import {IBonds} from "../../contracts/interfaces/IBonds.sol";
import {IEarnings} from "../../contracts/interfaces/IEarnings.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {IJournal} from "../../contracts/interfaces/IJournal.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {AccountId, BondId, BookId} from "../../contracts/types/Ids.sol";
import {JournalChain} from "../contracts/harness/JournalChain.sol";
import {PlainBatch} from "../contracts/harness/PlainBatch.sol";
import {PlainBooks, PlainModel, PlainPay} from "../contracts/harness/PlainBooks.sol";
import {Vm} from "../contracts/harness/Test.sol";
import {Game} from "./Game.sol";
import {Refusals} from "./Refusals.sol";

/// @notice What a book pays, as it was when its window ended.
/// @param sharedGwei The contributors' share of its fees, and what was given to it.
struct Frozen {
    bool isFrozen;
    uint256 sharedGwei;
    uint256[] unitsGwei;
    uint256[] othersGwei;
    uint256 wholeGwei;
}

/// @notice Books kept beside the contracts', from what was asked for, from the plain twin and from the logs, for the invariants to compare.
abstract contract Books is Game {
    using JournalChain for bytes32;

    mapping(bytes32 selector => uint256 times) public told;
    mapping(bytes4 selector => uint256 times) public refused;
    /// @dev Why something was refused that no contract refuses by its own errors.
    bytes internal oddRefusal;
    mapping(address emitter => bytes32 slot) internal journals;
    address[] internal writers;

    /// @dev Of a channel: what was paid in, what was paid out, the largest that was signed or walked in, and what was ever recorded, in units.
    mapping(bytes32 channel => uint256) internal paidIn;
    mapping(bytes32 channel => uint256) internal paidOut;
    mapping(bytes32 channel => uint256) internal signedUnits;
    mapping(bytes32 channel => uint256) internal recordedUnits;
    mapping(bytes32 channel => uint256) private _covered;
    /// @dev Whether cover fell otherwise than by a withdrawal that was due.
    bool internal coverFell;

    mapping(AccountId account => uint256) internal earnedGwei;
    mapping(AccountId account => uint256) internal claimedGwei;
    mapping(uint256 bond => uint256) internal bondGwei;
    uint256 internal unburntGwei;
    uint256 internal jointGwei;
    uint256[2] internal drawnGwei;

    mapping(BookId book => Frozen) internal frozen;
    mapping(BookId book => uint256) internal paidGwei;
    /// @dev Whether a book paid otherwise than what stood in it when its window ended.
    bool internal payDiffers;
    /// @dev Whether a page was refused that went on from where a settlement was.
    bool internal heldUp;

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i = 0; i < keys.length; ++i) paidIn[idIn(keys[i])] = DEPOSIT;
        BondId[4] memory list = allBonds();
        for (uint256 i = 0; i < list.length; ++i) {
            bondGwei[BondId.unwrap(list[i])] = bonds.bondStateOf(list[i]).balanceGwei;
        }
        writers = [address(channels), address(ledger), address(settlement), address(earnings), address(bonds)];
        writers.push(address(court));
        for (uint256 i = 0; i < writers.length; ++i) {
            journals[writers[i]] = JournalChain.slotOf(IJournal(writers[i]));
        }
    }

    /// @dev After every act the logs are read into the books, and books whose window is over are worked out.
    modifier act() {
        vm.recordLogs();
        _;
        read(vm.getRecordedLogs());
        freeze();
        watchCover(false);
    }

    /// @dev Tries a call. The runner records the logs of calls that reverted too: those are thrown away.
    function attempt(address who, address target, bytes memory call) internal returns (bool done, bytes memory answer) {
        read(vm.getRecordedLogs());
        vm.prank(who);
        (done, answer) = target.call(call);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (done) read(logs);
        else noteRefusal(answer);
    }

    function noteRefusal(bytes memory reason) internal {
        bytes4 selector = reason.length < 4 ? bytes4(0) : bytes4(reason);
        ++refused[selector];
        if (!Refusals.isExpected(selector)) oddRefusal = reason;
    }

    /// @dev Notes how far channels are covered; less than before only after a withdrawal.
    function watchCover(bool hasWithdrawn) internal {
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes32 id = idIn(keys[i]);
            Channel memory channel = channels.channelOf(keys[i]);
            if (channel.coveredUnits < _covered[id] && !hasWithdrawn) coverFell = true;
            _covered[id] = channel.coveredUnits;
        }
    }

    /// @dev Nothing changes what a book pays once its window is over, so it is worked out once, then.
    function freeze() internal {
        BookId[] memory list = allBooks();
        uint40 now_ = clock.time();
        for (uint256 i = 0; i < list.length; ++i) {
            uint40 until = ledger.windowEndOf(list[i]);
            if (now_ < until || frozen[list[i]].isFrozen) continue;
            PlainModel memory plain = plainModelUntil(until);
            PlainPay memory pay = PlainBooks.payOf(plain, plainBookOf(list[i], plain));
            Frozen storage kept = frozen[list[i]];
            kept.isFrozen = true;
            kept.unitsGwei = pay.unitsGwei;
            kept.othersGwei = [pay.operatorGwei, pay.ownerGwei, pay.royaltiesGwei[0], pay.treasuryGwei];
            uint256 givenGwei = ledger.bookStateOf(list[i]).givenGwei;
            kept.sharedGwei = pay.poolGwei + givenGwei;
            kept.wholeGwei = ledger.bookStateOf(list[i]).units * uint256(FEE_UNIT) + givenGwei;
        }
    }

    function read(Vm.Log[] memory logs) internal {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            ++told[log.topics[0]];
            journals[log.emitter] = journals[log.emitter].next(log);
            if (log.topics[0] == IModels.UnitStruck.selector) {
                struckAt[uint256(log.topics[2])] = abi.decode(log.data, (uint40));
            }
            if (log.emitter == address(settlement)) readPay(log);
            if (log.emitter == address(bonds)) readBond(log);
            if (log.emitter == address(earnings)) readClaim(log);
        }
    }

    function readPay(Vm.Log memory log) private {
        BookId book_ = BookId.wrap(uint96(uint256(log.topics[1])));
        Frozen storage kept = frozen[book_];
        if (log.topics[0] == ISettlement.UnitsPaid.selector) {
            (uint256 from, bytes memory amounts) = abi.decode(log.data, (uint256, bytes));
            for (uint256 i = 0; i < amounts.length / 8; ++i) {
                uint256 amount = kept.unitsGwei[from + i];
                if (PlainBatch.numberAt(amounts, 8 * i, 8) != amount) payDiffers = true;
                paidGwei[book_] += amount;
                if (from + i == JOINT) jointGwei += amount;
                else earnedGwei[contributors[from + i]] += amount;
            }
        } else if (log.topics[0] == ISettlement.BookSettled.selector) {
            (uint256 operatorGwei, uint256 ownerGwei, uint256[] memory royaltiesGwei, uint256 treasuryGwei, ) = abi
                .decode(log.data, (uint256, uint256, uint256[], uint256, uint256));
            uint256[4] memory others = [operatorGwei, ownerGwei, royaltiesGwei[0], treasuryGwei];
            AccountId operator_ = AccountId.wrap(uint32(BookId.unwrap(book_) >> 32));
            AccountId[4] memory whose = [operator_, modelOwner, baseOwner, treasury];
            if (!sharesWhole(kept, paidGwei[book_])) payDiffers = true;
            for (uint256 i = 0; i < 4; ++i) {
                if (others[i] != kept.othersGwei[i]) payDiffers = true;
                paidGwei[book_] += kept.othersGwei[i];
                earnedGwei[whose[i]] += kept.othersGwei[i];
            }
            if (paidGwei[book_] != kept.wholeGwei) payDiffers = true;
        }
    }

    /// @dev P3: contributors share all that is theirs, but for what three divisions of each unit round down.
    function sharesWhole(Frozen storage kept, uint256 unitsGwei) private view returns (bool) {
        if (unitsGwei > kept.sharedGwei) return false;
        for (uint256 u = 0; u < UNIT_COUNT; ++u) {
            if (struckAt[u] != 0) return true;
        }
        return kept.sharedGwei - unitsGwei <= 3 * UNIT_COUNT;
    }

    function readBond(Vm.Log memory log) private {
        uint256 bond = log.topics.length > 1 ? uint256(log.topics[1]) : 0;
        if (log.topics[0] == IBonds.BondDeposited.selector) {
            (uint256 amount, ) = abi.decode(log.data, (uint256, uint256));
            bondGwei[bond] += amount;
        } else if (log.topics[0] == IBonds.BondWithdrawn.selector) {
            (uint256 amount, ) = abi.decode(log.data, (uint256, uint256));
            bondGwei[bond] -= amount;
        } else if (log.topics[0] == IBonds.BondSlashed.selector) {
            (uint256 amount, uint256 bounty, uint256 given, , , ) = abi.decode(
                log.data,
                (uint256, uint256, uint256, uint256, uint256, uint256)
            );
            bondGwei[bond] -= amount;
            unburntGwei += amount - bounty - given;
            earnedGwei[AccountId.wrap(uint32(uint256(log.topics[2])))] += bounty;
        } else if (log.topics[0] == IBonds.SlashedBurnt.selector) {
            unburntGwei = 0;
        }
    }

    function readClaim(Vm.Log memory log) private {
        if (log.topics[0] == IEarnings.RewardClaimed.selector) {
            claimedGwei[AccountId.wrap(uint32(uint256(log.topics[1])))] += abi.decode(log.data, (uint256));
        } else if (log.topics[0] == IEarnings.RewardsClaimed.selector) {
            bytes memory claims = abi.decode(log.data, (bytes));
            for (uint256 i = 0; i < claims.length; i += 32) {
                AccountId account = AccountId.wrap(uint32(PlainBatch.numberAt(claims, i, 4)));
                claimedGwei[account] += PlainBatch.numberAt(claims, i + 24, 8);
            }
        }
    }
}
