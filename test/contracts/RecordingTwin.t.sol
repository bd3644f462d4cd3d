// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channel, ChannelKey, IChannels} from "../../contracts/interfaces/IChannels.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {AccountId, BookId, bookOf, ModelId, VersionId} from "../../contracts/types/Ids.sol";
import {PlainBatch, PlainRecord} from "./harness/PlainBatch.sol";
import {Registration, Trained} from "./harness/Registrar.sol";
import {Serving} from "./harness/Serving.sol";

/// @notice Random batches, half of them damaged: the Ledger and its plain twin must agree on what is charged and committed to, or
/// refuse with the same words.
contract RecordingTwinTest is Serving {
    /// @dev Sketches of one block and of several, of whole blocks and of parts, and none.
    uint16[8] private dimsOf = [64, 128, 192, 256, 320, 576, 1_024, 0];
    ModelId[8] private served;

    function setUp() public override {
        super.setUp();
        Trained[] memory trained = contributeAll(dataset, repeated(20, 1));
        VersionId[] memory versions = only(freeze(dataset));
        for (uint256 i = 0; i < 8; ++i) {
            Registration memory drawn = draw(keccak256(abi.encode(i)), versions, trained, dimsOf[i]);
            drawn.tune.pay.feeUnitGwei = uint32(10 ** i);
            served[i] = serve(drawn);
        }
    }

    function testFuzz_GivenAnyBatch_TheLedgerAndItsPlainTwinAgree(uint256 seed) public {
        seedWith(seed);
        uint256 which = random(8);
        PlainRecord[] memory records = drawRecords(1 + random(9), dimsOf[which] / 8);
        bytes memory names = drawNames();
        if (random(2) == 0) coverAll(served[which], records);
        bytes memory vouchers = drawVouchers(served[which]);
        bytes memory encoded = PlainBatch.encode(records);
        if (random(2) == 0) (names, vouchers, encoded) = damaged(names, vouchers, encoded);
        agree(which, names, vouchers, encoded);
    }

    /// @dev Lanes of 16 bits are emptied before their weights overflow: fees around that bound, and as many as a batch may hold.
    function testFuzz_GivenManyDearRecords_NoLaneOfTheSumOverflows(uint256 seed) public {
        seedWith(seed);
        uint256 which = random(2);
        PlainRecord[] memory records = drawRecords(40, dimsOf[which] / 8);
        uint256 least = 1 + random(65_535);
        for (uint256 i = 0; i < records.length; ++i) {
            records[i].units = random(3) == 0 ? 65_536 - least : least;
            if (random(3) == 0) for (uint256 b = 0; b < records[i].sketch.length; ++b) records[i].sketch[b] = 0xff;
        }
        coverAll(served[which], records);
        recordAs(operatorAccount, served[which], namedChannels(), "", PlainBatch.encode(records));
    }

    function test_GivenTheLargestFeesAndAllBitsSet_EverySumIsExact() public {
        for (uint256 which = 0; which < 8; ++which) {
            PlainRecord[] memory records = drawRecords(which < 2 ? 1_024 : 33, dimsOf[which] / 8);
            for (uint256 i = 0; i < records.length; ++i) {
                records[i].units = 65_535;
                for (uint256 b = 0; b < records[i].sketch.length; ++b) records[i].sketch[b] = 0xff;
            }
            coverAll(served[which], records);
            recordAs(operatorAccount, served[which], namedChannels(), "", PlainBatch.encode(records));
        }
    }

    /// @dev What the Ledger must say of a batch; nothing where it must record it.
    function plainRefusal(
        uint256 which,
        bytes memory names,
        bytes memory vouchers,
        bytes memory encoded
    ) private returns (bytes memory) {
        uint256 size = 35 + dimsOf[which] / 8;
        if (encoded.length == 0) return abi.encodeWithSelector(ILedger.Ledger_EmptyBatch.selector);
        if (encoded.length % size != 0) {
            return abi.encodeWithSelector(ILedger.Ledger_LengthUneven.selector, encoded.length, size);
        }
        if (names.length % 8 != 0) {
            return abi.encodeWithSelector(ILedger.Ledger_LengthUneven.selector, names.length, 8);
        }
        PlainRecord[] memory records = PlainBatch.decode(encoded, dimsOf[which] / 8);
        for (uint256 i = 0; i < records.length; ++i) {
            if (records[i].channel >= names.length / 8) {
                return
                    abi.encodeWithSelector(
                        ILedger.Ledger_ChannelOutOfRange.selector,
                        i,
                        records[i].channel,
                        names.length / 8
                    );
            }
            if (records[i].units == 0) return abi.encodeWithSelector(ILedger.Ledger_FeeZero.selector, i);
        }
        bytes memory refusal = plainPresent(which, names, vouchers);
        return refusal.length == 0 ? plainCharge(which, names, records) : refusal;
    }

    /// @dev Covered and charged units of channels, by id: what the twin knows of them.
    mapping(bytes32 channel => uint256) private covered;
    mapping(bytes32 channel => uint256) private charged;

    function plainPresent(uint256 which, bytes memory names, bytes memory vouchers) private returns (bytes memory) {
        if (vouchers.length % 81 != 0) {
            return abi.encodeWithSelector(IChannels.Channels_VouchersUneven.selector, vouchers.length, 81);
        }
        for (uint256 i = 0; i < vouchers.length / 81; ++i) {
            uint256 place = uint8(vouchers[81 * i]);
            if (place >= names.length / 8) {
                return
                    abi.encodeWithSelector(IChannels.Channels_VoucherOutOfRange.selector, i, place, names.length / 8);
            }
            ChannelKey memory key = keyIn(which, names, place);
            uint128 amountWei = uint128(PlainBatch.numberAt(vouchers, 81 * i + 1, 16));
            Channel memory channel = channels.channelOf(key);
            address found = recoveredFrom(key, amountWei, PlainBatch.sliceOf(vouchers, 81 * i + 17, 64));
            if (found != channel.signer || found == address(0)) {
                return abi.encodeWithSelector(IChannels.Channels_BadVoucher.selector, idOf(key), found, channel.signer);
            }
            uint256 units = amountWei / (1e9 * 10 ** which);
            if (units > channel.limitUnits) units = channel.limitUnits;
            bytes32 id = keccak256(abi.encode(key));
            if (units > covered[id]) covered[id] = units;
        }
        return "";
    }

    function plainCharge(
        uint256 which,
        bytes memory names,
        PlainRecord[] memory records
    ) private returns (bytes memory) {
        for (uint256 place = 0; place < names.length / 8; ++place) {
            ChannelKey memory key = keyIn(which, names, place);
            bytes32 id = keccak256(abi.encode(key));
            for (uint256 i = 0; i < records.length; ++i) {
                if (records[i].channel == place) charged[id] += records[i].units;
            }
            if (charged[id] > covered[id]) {
                return
                    abi.encodeWithSelector(
                        IChannels.Channels_NotCovered.selector,
                        idOf(key),
                        charged[id],
                        uint32(covered[id])
                    );
            }
        }
        return "";
    }

    function agree(uint256 which, bytes memory names, bytes memory vouchers, bytes memory encoded) private {
        ModelId model = served[which];
        for (uint256 i = 0; i < PAYERS; ++i) {
            Channel memory channel = channels.channelOf(channelKey(model, i));
            bytes32 id = keccak256(abi.encode(channelKey(model, i)));
            (covered[id], charged[id]) = (channel.coveredUnits, channel.chargedUnits);
        }
        bytes memory refusal = plainRefusal(which, names, vouchers, encoded);
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
            vm.prank(operator);
            ledger.recordBatch(model, names, vouchers, encoded);
            return;
        }
        recordAs(operatorAccount, model, names, vouchers, encoded);
        uint256 units = 0;
        for (uint256 i = 0; i < PAYERS; ++i) {
            Channel memory channel = channels.channelOf(channelKey(model, i));
            bytes32 id = keccak256(abi.encode(channelKey(model, i)));
            vm.assertEq(channel.coveredUnits, covered[id], "covered");
            vm.assertEq(channel.chargedUnits, charged[id], "charged");
            units += channel.chargedUnits;
        }
        BookId book = bookOf(model, operatorAccount, 1);
        vm.assertEq(ledger.bookStateOf(book).units, units, "what was charged is what the book holds");
    }

    function keyIn(uint256 which, bytes memory names, uint256 place) private view returns (ChannelKey memory key) {
        key = channelKey(served[which], 0);
        key.payer = AccountId.wrap(uint32(PlainBatch.numberAt(names, 8 * place, 4)));
        key.salt = uint32(PlainBatch.numberAt(names, 8 * place + 4, 4));
    }

    function recoveredFrom(
        ChannelKey memory key,
        uint128 amountWei,
        bytes memory signature
    ) private view returns (address) {
        (bytes32 r, bytes32 vs) = abi.decode(signature, (bytes32, bytes32));
        bytes32 digest = voucherHash(address(channels), key, amountWei);
        return ecrecover(digest, uint8(uint256(vs) >> 255) + 27, r, (vs << 1) >> 1);
    }

    /// @dev All payers, in any order, one of them twice now and then.
    function drawNames() private returns (bytes memory names) {
        if (random(4) == 0) return namedChannels();
        uint256 from = random(PAYERS);
        for (uint256 i = 0; i < PAYERS; ++i) names = abi.encodePacked(names, payers[(from + i) % PAYERS], SALT);
        if (random(2) == 0) names = abi.encodePacked(names, payers[random(PAYERS)], SALT);
    }

    /// @dev Vouchers are for those who are named in order, so with other names most of them are someone else's.
    function drawVouchers(ModelId model) private returns (bytes memory vouchers) {
        uint256 count = random(4);
        for (uint256 i = 0; i < count; ++i) {
            uint256 payer = random(PAYERS);
            uint256 units = random(100_000);
            channels.fundChannel(channelKey(model, payer), uint64((1 + random(units + 1)) * models.feeUnitOf(model)));
            uint128 amountWei = uint128(units * models.feeUnitOf(model) * 1e9);
            vouchers = abi.encodePacked(
                vouchers,
                voucherBytes(payer, channelKey(model, payer), SIGNING_KEY, amountWei)
            );
        }
    }

    function damaged(
        bytes memory names,
        bytes memory vouchers,
        bytes memory encoded
    ) private returns (bytes memory, bytes memory, bytes memory) {
        uint256 kind = random(8);
        if (kind == 0) return (cut(names), vouchers, encoded);
        if (kind == 1) return (names, cut(vouchers), encoded);
        if (kind == 2) return (names, vouchers, cut(encoded));
        if (kind == 3) return (flipped(names), vouchers, encoded);
        if (kind == 4) return (names, flipped(vouchers), encoded);
        if (kind == 5) return (names, vouchers, flipped(encoded));
        // A channel that is not named, or a fee of nothing, in the first record.
        if (kind == 6) encoded[0] = bytes1(uint8(random(256)));
        else (encoded[1], encoded[2]) = (0, 0);
        return (names, vouchers, encoded);
    }

    function cut(bytes memory data) private returns (bytes memory) {
        uint256 length = random(data.length + 1);
        assembly ("memory-safe") {
            mstore(data, length)
        }
        return data;
    }

    function flipped(bytes memory data) private returns (bytes memory) {
        if (data.length == 0) return data;
        uint256 place = random(data.length);
        data[place] = bytes1(uint8(data[place]) ^ uint8(1 << random(8)));
        return data;
    }
}
