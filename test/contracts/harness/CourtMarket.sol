// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Receipt} from "../../../contracts/interfaces/ICourt.sol";
import {AccountId, ChannelId, ModelId} from "../../../contracts/types/Ids.sol";
import {Record, RecordProof} from "../../../contracts/types/Records.sol";
import {Challenging} from "./Challenging.sol";
import {MarketBooks} from "./MarketBooks.sol";
import {PlainRecord} from "./PlainBatch.sol";
import {World} from "./World.sol";

/// @notice The market with its court: an operator that signs receipts, a challenger, and an arbiter.
abstract contract CourtMarket is MarketBooks, Challenging {
    uint64 internal constant ARBITER = 3;
    uint16 internal constant UNITS = 500;
    uint64 internal constant FEE = UNITS * FEE_UNIT;
    uint64 internal constant PER_RECORD = OPEN / 100;
    uint64 internal constant DEMAND_FEE = OPEN;
    uint64 internal constant RECEIPT_FEES = 10;

    address internal arbiter = named("arbiter");

    function setUp() public virtual override(MarketBooks, World) {
        super.setUp();
        openChallenger();
        bytes4[] memory ruling = new bytes4[](1);
        ruling[0] = court.rule.selector;
        manager.setTargetFunctionRole(address(court), ruling, ARBITER);
        manager.grantRole(ARBITER, arbiter, 0);
    }

    /// @dev What a payer was promised to be recorded.
    function promiseOf(uint256 payer, uint16 units, uint256 seed) internal view returns (Record memory) {
        PlainRecord memory plain = drawn(payer, units, seed);
        return
            Record({
                payer: payers[payer],
                salt: SALT,
                feeUnits: units,
                commitment: plain.commitment,
                sketch: plain.sketch
            });
    }

    /// @dev The receipt of the market's operator for a record, to be recorded within an hour.
    function receiptOf(Record memory promised) internal view returns (Receipt memory) {
        return
            Receipt({
                model: model,
                channel: channelIn(promised),
                recordHash: leafIn(promised),
                recordBy: uint64(clock.time()) + 1 hours
            });
    }

    function channelIn(Record memory promised) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(promised.payer, operatorAccount, model, promised.salt));
    }

    function leafIn(Record memory promised) internal view returns (bytes32) {
        return
            keccak256(abi.encodePacked(channelIn(promised), promised.feeUnits, promised.commitment, promised.sketch));
    }

    /// @dev The operator's signature, from the words of the protocol alone.
    function signed(Receipt memory receipt) internal view returns (bytes memory) {
        return signed(receipt, keyOf("receipts"));
    }

    function signed(Receipt memory receipt, uint256 key) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Receipt(uint32 model,bytes32 channel,bytes32 recordHash,uint64 recordBy)"),
                receipt.model,
                receipt.channel,
                receipt.recordHash,
                receipt.recordBy
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, typedHash(address(court), structHash));
        return abi.encodePacked(r, s, v);
    }

    function brokenCall(
        Receipt memory receipt,
        Record memory promised,
        RecordProof memory call,
        bytes memory sum
    ) internal view returns (bytes memory) {
        return brokenCall(receipt, signed(receipt), promised, call, sum);
    }

    function brokenCall(
        Receipt memory receipt,
        bytes memory signature,
        Record memory promised,
        RecordProof memory call,
        bytes memory sum
    ) internal view returns (bytes memory) {
        return abi.encodeCall(court.proveBrokenReceipt, (0, receipt, signature, promised, call, sum));
    }

    function demandCall(Receipt memory receipt, Record memory promised) internal view returns (bytes memory) {
        return demandCall(receipt, signed(receipt), promised);
    }

    function demandCall(
        Receipt memory receipt,
        bytes memory signature,
        Record memory promised
    ) internal view returns (bytes memory) {
        return abi.encodeCall(court.demandRecord, (0, operatorAccount, receipt, signature, promised));
    }

    /// @dev To the moment from which a receipt's record can be demanded.
    function passPromise(Receipt memory receipt) internal {
        pass(receipt.recordBy - clock.time());
    }

    function idOf(AccountId account) internal pure returns (uint32) {
        return AccountId.unwrap(account);
    }
}
