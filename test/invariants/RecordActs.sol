// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channel, ChannelKey} from "../../contracts/interfaces/IChannels.sol";
import {JointShare} from "../../contracts/interfaces/IEarnings.sol";
import {BookPage, Stage} from "../../contracts/interfaces/ISettlement.sol";
import {AccountId, BookId} from "../../contracts/types/Ids.sol";
import {PlainBatch, PlainRecord} from "../contracts/harness/PlainBatch.sol";
import {PlainModel} from "../contracts/harness/PlainBooks.sol";
import {Books} from "./Books.sol";

/// @notice Operators record what is covered, and anyone settles, in whatever pages.
abstract contract RecordActs is Books {
    /// @dev What an operator may charge: its channels' names, where they are in `keys`, and what each has covered and not charged yet.
    struct Chargeable {
        bytes names;
        uint256[] places;
        uint256[] left;
    }

    /// @dev One to four records of whatever channels of an operator have something left, now and then for more than that.
    function record(uint256 which, uint256 seed, bool isTooMuch) external act {
        AccountId account = operators[which % 2];
        Chargeable memory open = chargeable(account);
        if (open.left.length == 0) return;
        bytes memory vouchers = seed % 3 != 1 ? carried(open, seed) : bytes("");
        PlainRecord[] memory records = new PlainRecord[](1 + (seed % 4));
        for (uint256 i = 0; i < records.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            uint256 channel = seed % open.left.length;
            for (uint256 c = 0; c < open.left.length && open.left[channel] == 0; ++c) {
                channel = (channel + 1) % open.left.length;
            }
            uint256 left = open.left[channel];
            uint256 units = 1 + ((seed >> 32) % 65_535);
            if (units > left && left != 0 && !(isTooMuch && seed % 4 == 0)) units = 1 + (units % left);
            records[i] = drawn(channel, units, seed);
            open.left[channel] = left > units ? left - units : 0;
        }
        recordAll(account, open, vouchers, records);
    }

    function recordHere(
        AccountId account,
        bytes calldata names,
        bytes calldata vouchers,
        bytes calldata encoded
    ) external {
        if (msg.sender == address(this)) recordAs(account, model, names, vouchers, encoded);
    }

    /// @dev A book whose window is over goes on from where it is, and nobody can stop it (B4, B6).
    function settle(uint256 which, uint256 batches, uint32 units, bool isClaimed, bool isPatient) external act {
        BookId[] memory list = allBooks();
        if (list.length == 0) return;
        BookId book_ = list[which % list.length];
        uint40 until = ledger.windowEndOf(book_);
        (Stage stage, uint32 next, ) = settlement.progressOf(book_);
        if (isPatient && clock.time() < until) waitUntil(until);
        if (clock.time() < until || stage == Stage.Settled) return;
        BookPage memory page_ = pageOf(
            book_,
            plainModelUntil(until),
            stage,
            next,
            batches % 4,
            uint32(units % (UNIT_COUNT + 2))
        );
        // Who claims with it must have something to claim.
        if (isClaimed) {
            bytes memory call = abi.encodeCall(earnings.settleAndClaim, (page_, modelOwner, new JointShare[](0)));
            (bool isDone, ) = attempt(address(this), address(earnings), call);
            if (isDone) return;
        }
        (bool done, ) = attempt(address(this), address(settlement), abi.encodeCall(settlement.settle, (page_)));
        if (!done) heldUp = true;
    }

    /// @dev Pages of another book, of another stage, of another beginning, or too early: they change nothing, or go on rightly.
    function settleWrongly(uint256 which, uint256 other, uint8 stage, uint32 from, uint32 units) external act {
        BookId[] memory list = allBooks();
        if (list.length == 0) return;
        BookId theirs = list[other % list.length];
        PlainModel memory plain = plainModelUntil(ledger.windowEndOf(theirs));
        BookPage memory page_ = pageOf(theirs, plain, Stage(stage % 3), 0, 2, units % 4);
        (page_.book, page_.from) = (list[which % list.length], from % 4);
        attempt(named("griefer"), address(settlement), abi.encodeCall(settlement.settle, (page_)));
    }

    /// @dev Books are worked out when their window ends, before anything is paid.
    function waitUntil(uint40 until) private {
        pass(until - clock.time());
        freeze();
    }

    function recordAll(
        AccountId account,
        Chargeable memory open,
        bytes memory vouchers,
        PlainRecord[] memory records
    ) private {
        read(vm.getRecordedLogs());
        try this.recordHere(account, open.names, vouchers, PlainBatch.encode(records)) {
            for (uint256 i = 0; i < records.length; ++i) {
                recordedUnits[idIn(keys[open.places[records[i].channel]])] += records[i].units;
            }
        } catch (bytes memory reason) {
            // What reverted was never told.
            vm.getRecordedLogs();
            noteRefusal(reason);
        }
    }

    /// @dev A voucher for one of the channels, signed by the channel's signer, which counts from now.
    function carried(Chargeable memory open, uint256 seed) private returns (bytes memory) {
        uint256 place = (seed >> 8) % open.places.length;
        ChannelKey memory key = keys[open.places[place]];
        uint256 signingKey = signerOf[idIn(key)];
        if (signingKey == 0) return "";
        Channel memory channel = channels.channelOf(key);
        uint256 units = (seed >> 40) % 200_000;
        // A batch that is refused presents nothing, but what was signed was signed.
        if (units > signedUnits[idIn(key)]) signedUnits[idIn(key)] = units;
        uint256 covered = units < channel.limitUnits ? units : channel.limitUnits;
        if (covered > channel.coveredUnits) open.left[place] += covered - channel.coveredUnits;
        return voucherBytes(place, key, signingKey, uint128(units * FEE_UNIT * 1e9));
    }

    function chargeable(AccountId account) private view returns (Chargeable memory open) {
        uint256[] memory left = new uint256[](keys.length);
        uint256[] memory places = new uint256[](keys.length);
        uint256 count = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            ChannelKey memory key = keys[i];
            if (!(key.operator == account)) continue;
            Channel memory channel = channels.channelOf(key);
            open.names = abi.encodePacked(open.names, key.payer, key.salt);
            places[count] = i;
            left[count++] = channel.coveredUnits - channel.chargedUnits;
        }
        assembly ("memory-safe") {
            mstore(left, count)
            mstore(places, count)
        }
        (open.left, open.places) = (left, places);
    }
}
