// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {BondRule, IBonds, Split} from "../interfaces/IBonds.sol";
import {IClock} from "../interfaces/IClock.sol";
import {CourtTerms, DemandState, ICourt, KeyTerm, Receipt, RecordDemand} from "../interfaces/ICourt.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IModels} from "../interfaces/IModels.sol";
import {Records} from "../libraries/Records.sol";
import {EDITION, PRODUCT} from "../types/Domain.sol";
import {AccountId, BondId, bondOf, ChannelId, ModelId, modelOf, operatorOf} from "../types/Ids.sol";
import {PROMISE_SECONDS, Record, RecordProof} from "../types/Records.sol";
import {Commitments} from "./Commitments.sol";

/// @title Receipts
/// @notice What an operator signed, compared with what it recorded.
abstract contract Receipts is ICourt, Commitments, EIP712 {
    using Records for RecordProof;
    using Records for Record;

    // solhint-disable-next-line gas-small-strings
    bytes32 private constant RECEIPT_TYPEHASH = keccak256(
        "Receipt(uint32 model,bytes32 channel,bytes32 recordHash,uint64 recordBy)"
    );
    uint16 internal constant WHOLE_BPS = 10_000;
    /// @dev The part of a demand's stake that goes to the account that answers it; the rest is burnt.
    uint16 private constant SHOWN_BPS = 9_000;

    ILedger public immutable ledger;
    IBonds internal immutable _bonds;
    IModels internal immutable _models;
    IClock internal immutable _clock;

    CourtTerms internal _terms;

    /// @inheritdoc ICourt
    mapping(AccountId operator => address key) public receiptKeyOf;
    mapping(AccountId operator => mapping(address key => KeyTerm)) private _keys;
    mapping(bytes32 recordHash => RecordDemand) private _demands;

    constructor(ILedger ledger_) Commitments(ledger_.accounts()) EIP712(PRODUCT, EDITION) {
        ledger = ledger_;
        _bonds = ledger_.bonds();
        _models = ledger_.models();
        _clock = ledger_.clock();
    }

    /// @inheritdoc ICourt
    function setReceiptKey(address key) external {
        AccountId operator = _accounts.requireAccountOf(msg.sender);
        require(key != address(0), Court_ZeroKey());
        // Its earlier receipts would no longer count from their day.
        require(_keys[operator][key].until == 0, Court_KeyUsed(key));
        address previous = receiptKeyOf[operator];
        uint40 from = 0;
        uint40 until = 0;
        if (previous != address(0)) {
            from = _now() + _terms.keyNoticeSeconds;
            // Its receipts may still promise for so long after its end.
            until = from + PROMISE_SECONDS;
            _keys[operator][previous].until = until;
        }

        receiptKeyOf[operator] = key;
        _keys[operator][key] = KeyTerm({from: from, until: type(uint40).max});

        _emit(3, abi.encode(ReceiptKeySet.selector, operator, key, from, previous, until));
    }

    /// @inheritdoc ICourt
    function proveBrokenReceipt(
        bytes32,
        Receipt calldata receipt,
        bytes calldata signature,
        Record calldata promised,
        RecordProof calldata call,
        bytes calldata sum
    ) external {
        AccountId challenger = _redeem(call.header.recordedIn);
        AccountId operator = operatorOf(call.header.book);
        require(receipt.model == modelOf(call.header.book), Court_OtherModel(receipt.model));
        _requireSigned(operator, receipt, signature, promised, type(uint40).max);
        require(
            call.record.commitment == promised.commitment,
            Court_OtherCommitment(call.record.commitment, promised.commitment)
        );
        require(call.leafOf() != receipt.recordHash, Court_ReceiptKept(receipt.recordHash));

        _emit(4, abi.encode(ReceiptBroken.selector, call.header.batch, call.index, challenger, receipt.recordHash));
        uint64 feeGwei = ledger.voidRecord(call, sum);
        BondRule memory rule_ = _bonds.rule();
        uint64 costGwei = feeGwei * _terms.receiptFees;
        if (costGwei < rule_.perRecordGwei) costGwei = rule_.perRecordGwei;
        _bonds.slash(bondOf(operator), costGwei, 0, _toChallenger(challenger, rule_.bountyBps));
    }

    /// @inheritdoc ICourt
    function demandRecord(
        bytes32,
        AccountId operator,
        Receipt calldata receipt,
        bytes calldata signature,
        Record calldata promised
    ) external {
        AccountId demander = _redeem(0);
        // Of a struck model nothing more can be recorded, so nothing was promised for later.
        uint40 struckAt = _models.struckAt(receipt.model);
        _requireSigned(operator, receipt, signature, promised, struckAt == 0 ? type(uint40).max : struckAt);
        uint40 now_ = _now();
        require(now_ >= receipt.recordBy, Court_DemandTooEarly(receipt.recordBy, now_));
        uint256 endsAt = uint256(receipt.recordBy) + ledger.terms().windowSeconds;
        require(now_ < endsAt, Court_DemandTooLate(endsAt, now_));
        RecordDemand storage demand = _demands[receipt.recordHash];
        require(demand.state == DemandState.None, Court_AlreadyDemanded(receipt.recordHash));

        demand.demander = demander;
        _openDemand(demand, operator, receipt, promised.feeUnits, now_);
    }

    /// @inheritdoc ICourt
    function showRecord(RecordProof calldata call) external {
        AccountId shownBy = _accounts.requireAccountOf(msg.sender);
        bytes32 leaf = call.leafOf();
        RecordDemand memory demand = _requireOpen(leaf);
        uint40 now_ = _now();
        require(now_ < demand.dueAt, Court_DemandOver(demand.dueAt, now_));
        bytes32 commitment = ledger.batchCommitmentOf(call.header.batch);
        if (!call.stands(leaf, commitment)) call.requireLeaf(Records.voidedLeaf(leaf), commitment);

        _demands[leaf].state = DemandState.Shown;

        _emit(4, abi.encode(RecordShown.selector, leaf, call.header.batch, shownBy, call.index));
        _release(bondOf(demand.operator), demand.heldGwei);
        _bonds.slash(bondOf(demand.demander), demand.stakeGwei, demand.stakeGwei, _toChallenger(shownBy, SHOWN_BPS));
    }

    /// @inheritdoc ICourt
    function closeRecordDemand(bytes32 recordHash) external {
        RecordDemand memory demand = _requireOpen(recordHash);
        uint40 now_ = _now();
        require(now_ >= demand.dueAt, Court_DemandOpen(demand.dueAt, now_));

        _demands[recordHash].state = DemandState.Closed;

        _release(bondOf(demand.demander), demand.stakeGwei);
        uint16 bountyBps = _bonds.rule().bountyBps;
        uint64 takenGwei = _bonds.slash(
            bondOf(demand.operator),
            demand.costGwei,
            demand.heldGwei,
            Split({
                to: demand.demander,
                toBps: bountyBps,
                model: demand.model,
                operator: demand.operator,
                givenBps: (WHOLE_BPS - bountyBps) / demand.receiptFees
            })
        );
        _emit(4, abi.encode(ReceiptUnrecorded.selector, recordHash, demand.operator, demand.demander, takenGwei));
    }

    /// @inheritdoc ICourt
    function hasReceiptKey(AccountId operator) external view returns (bool) {
        return receiptKeyOf[operator] != address(0);
    }

    /// @inheritdoc ICourt
    function keyTermOf(AccountId operator, address key) external view returns (KeyTerm memory) {
        return _keys[operator][key];
    }

    /// @inheritdoc ICourt
    function demandOf(bytes32 recordHash) external view returns (RecordDemand memory) {
        return _demands[recordHash];
    }

    /// @dev Stakes the demander's fee, and holds what the operator loses if it cannot answer, lest it leave. What its bond must cover cannot
    /// leave, and stays open to the proofs of others.
    function _openDemand(
        RecordDemand storage demand,
        AccountId operator,
        Receipt calldata receipt,
        uint16 feeUnits,
        uint40 now_
    ) private {
        CourtTerms memory terms_ = _terms;
        uint64 costGwei = uint64(feeUnits) * _models.feeUnitOf(receipt.model) * terms_.receiptFees;
        if (costGwei < 2 * terms_.demandFeeGwei) costGwei = 2 * terms_.demandFeeGwei;
        (demand.operator, demand.model, demand.state) = (operator, receipt.model, DemandState.Open);
        (demand.dueAt, demand.stakeGwei) = (now_ + terms_.demandSeconds, terms_.demandFeeGwei);
        demand.receiptFees = terms_.receiptFees;
        _bonds.stake(bondOf(demand.demander), terms_.demandFeeGwei);
        (demand.costGwei, demand.heldGwei) = (costGwei, _bonds.holdSpare(bondOf(operator), costGwei));

        RecordDemand memory opened = demand;
        _emit(
            4,
            abi.encode(
                ReceiptDemanded.selector,
                receipt.recordHash,
                operator,
                opened.demander,
                opened.model,
                opened.dueAt,
                opened.stakeGwei,
                opened.heldGwei
            )
        );
    }

    function _requireOpen(bytes32 recordHash) private view returns (RecordDemand memory demand) {
        demand = _demands[recordHash];
        require(demand.state == DemandState.Open, Court_NotDemanded(recordHash, demand.state));
    }

    /// @dev A receipt of the operator's, and the record that it promises before `end`.
    function _requireSigned(
        AccountId operator,
        Receipt calldata receipt,
        bytes calldata signature,
        Record calldata promised,
        uint40 end
    ) private view {
        ChannelId channel = Records.channelOf(promised.payer, operator, receipt.model, promised.salt);
        bytes32 leaf = promised.leafOf(receipt.model, operator);
        require(leaf == receipt.recordHash, Court_OtherRecord(leaf, receipt.recordHash));
        require(
            ChannelId.unwrap(channel) == receipt.channel,
            Court_OtherRecord(ChannelId.unwrap(channel), receipt.channel)
        );
        bytes32 signed = keccak256(
            abi.encode(RECEIPT_TYPEHASH, receipt.model, receipt.channel, receipt.recordHash, receipt.recordBy)
        );
        (address signer, , ) = ECDSA.tryRecoverCalldata(_hashTypedDataV4(signed), signature);
        KeyTerm memory term = _keys[operator][signer];
        if (end < term.until) term.until = end;
        require(
            signer != address(0) && receipt.recordBy >= term.from && receipt.recordBy < term.until,
            Court_BadReceipt(signer, term.from, term.until, receipt.recordBy)
        );
    }

    /// @dev Calls that stand in one place, so that the code stays below what a contract may have.
    function _release(BondId bond, uint64 amountGwei) internal {
        _bonds.release(bond, amountGwei);
    }

    function _now() internal view returns (uint40) {
        return _clock.time();
    }

    function _toChallenger(AccountId challenger, uint16 bps) internal pure returns (Split memory) {
        return Split({to: challenger, toBps: bps, model: ModelId.wrap(0), operator: AccountId.wrap(0), givenBps: 0});
    }
}
