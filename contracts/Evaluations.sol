// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "./interfaces/IAccounts.sol";
import {
    Benchmark,
    IEvaluations,
    Measurement,
    Production,
    QuantisationLoss,
    Rating,
    Score
} from "./interfaces/IEvaluations.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IModels} from "./interfaces/IModels.sol";
import {Journal} from "./Journal.sol";
import {Records} from "./libraries/Records.sol";
import {AccountId, BatchId, ModelId, modelOf, operatorOf} from "./types/Ids.sol";
import {BatchHeader, RecordProof} from "./types/Records.sol";

/// @title Evaluations
/// @dev What each function promises stands in `IEvaluations`. Evaluations live in the logs alone; ratings are kept, so that no
/// inference is rated twice.
contract Evaluations is IEvaluations, Journal {
    using Records for RecordProof;

    uint8 public constant MAX_STARS = 5;

    /// @inheritdoc IEvaluations
    ILedger public immutable ledger;

    /// @inheritdoc IEvaluations
    IAccounts public immutable accounts;

    /// @inheritdoc IEvaluations
    IModels public immutable models;

    /// @inheritdoc IEvaluations
    uint64 public evaluationCount;

    mapping(ModelId model => Rating) private _ratings;

    /// @dev Stars of 64 inferences in a word, four bits each, so that rating a whole batch needs few slots.
    mapping(BatchId batch => mapping(uint256 word => uint256 stars)) private _stars;

    constructor(ILedger ledger_) {
        ledger = ledger_;
        accounts = ledger_.accounts();
        models = ledger_.models();
        ledger_.earnings().token().refuseTransfers();
    }

    /// @inheritdoc IEvaluations
    function recordBenchmark(ModelId model, Benchmark calldata benchmark) external returns (uint64 evaluation) {
        AccountId evaluator = _requireMeasured(model, benchmark.measured);
        require(bytes(benchmark.task).length != 0, Evaluations_EmptyTask());

        evaluation = ++evaluationCount;

        _emit(
            4,
            abi.encodePacked(
                abi.encode(BenchmarkRecorded.selector, evaluation, model, evaluator),
                abi.encode(benchmark)
            )
        );
    }

    /// @inheritdoc IEvaluations
    function recordProduction(
        ModelId model,
        Production calldata production,
        BatchHeader calldata first,
        BatchHeader calldata last
    ) external returns (uint64 evaluation) {
        AccountId evaluator = _requireMeasured(model, production.measured);
        _requireBatch(model, production.firstBatch, first);
        _requireBatch(model, production.lastBatch, last);
        require(
            BatchId.unwrap(production.firstBatch) <= BatchId.unwrap(production.lastBatch),
            Evaluations_BatchesOutOfOrder(production.firstBatch, production.lastBatch)
        );

        evaluation = ++evaluationCount;

        _emit(
            4,
            abi.encodePacked(
                abi.encode(ProductionRecorded.selector, evaluation, model, evaluator),
                abi.encode(production)
            )
        );
    }

    /// @inheritdoc IEvaluations
    function recordQuantisationLoss(
        ModelId model,
        QuantisationLoss calldata loss
    ) external returns (uint64 evaluation) {
        AccountId evaluator = _requireMeasured(model, loss.measured);
        _requireScore(loss.twinScore);
        _requireTwin(model, loss);

        evaluation = ++evaluationCount;

        _emit(
            4,
            abi.encodePacked(
                abi.encode(QuantisationLossRecorded.selector, evaluation, model, evaluator),
                abi.encode(loss)
            )
        );
    }

    /// @inheritdoc IEvaluations
    function rate(RecordProof calldata call, uint8 stars) external {
        require(stars != 0 && stars <= MAX_STARS, Evaluations_StarsOutOfRange(stars, MAX_STARS));
        BatchId batch = call.header.batch;
        require(
            call.stands(call.leafOf(), ledger.batchCommitmentOf(batch)),
            Evaluations_NotRecorded(batch, call.index)
        );
        AccountId payer = call.record.payer;
        address payout = accounts.payoutOf(payer);
        // Whichever of its accounts an operator pays from.
        require(payout != accounts.payoutOf(operatorOf(call.header.book)), Evaluations_OwnService(payer));
        require(msg.sender == payout, Evaluations_NotPayer(payer, msg.sender, payout));
        uint8 before = starsOf(batch, call.index);
        require(before == 0, Evaluations_AlreadyRated(batch, call.index, before));

        uint64 feeGwei = _feeOf(call);
        _stars[batch][call.index >> 6] |= uint256(stars) << _place(call.index);
        Rating memory rating = _ratings[modelOf(call.header.book)];
        ++rating.count;
        rating.feesGwei += feeGwei;
        rating.starsGwei += uint128(feeGwei) * stars;
        _ratings[modelOf(call.header.book)] = rating;

        _emitRating(InferenceRated.selector, call, feeGwei, stars);
    }

    /// @inheritdoc IEvaluations
    function dropRating(RecordProof calldata call) external {
        BatchId batch = call.header.batch;
        require(
            call.stands(Records.voidedLeaf(call.leafOf()), ledger.batchCommitmentOf(batch)),
            Evaluations_NotVoided(batch, call.index)
        );
        uint8 stars = starsOf(batch, call.index);
        require(stars != 0, Evaluations_NotRated(batch, call.index));

        uint64 feeGwei = _feeOf(call);
        _stars[batch][call.index >> 6] ^= uint256(stars) << _place(call.index);
        Rating memory rating = _ratings[modelOf(call.header.book)];
        --rating.count;
        rating.feesGwei -= feeGwei;
        rating.starsGwei -= uint128(feeGwei) * stars;
        _ratings[modelOf(call.header.book)] = rating;

        _emitRating(RatingDropped.selector, call, feeGwei, stars);
    }

    /// @inheritdoc IEvaluations
    function ratingOf(ModelId model) external view returns (Rating memory) {
        return _ratings[model];
    }

    /// @inheritdoc IEvaluations
    function starsOf(BatchId batch, uint256 index) public view returns (uint8) {
        return uint8((_stars[batch][index >> 6] >> _place(index)) & 0xf);
    }

    function _emitRating(bytes32 selector, RecordProof calldata call, uint64 feeGwei, uint8 stars) private {
        _emit(
            4,
            abi.encode(
                selector,
                call.header.batch,
                modelOf(call.header.book),
                call.record.payer,
                call.index,
                feeGwei,
                stars
            )
        );
    }

    function _feeOf(RecordProof calldata call) private view returns (uint64) {
        return uint64(call.record.feeUnits) * models.feeUnitOf(modelOf(call.header.book));
    }

    function _requireMeasured(ModelId model, Measurement calldata measured) private view returns (AccountId evaluator) {
        evaluator = accounts.requireAccountOf(msg.sender);
        models.ownerOf(model);
        require(bytes(measured.metric).length != 0, Evaluations_EmptyMetric());
        require(measured.datasetHash != 0, Evaluations_ZeroHash("datasetHash"));
        require(measured.resultsHash != 0, Evaluations_ZeroHash("resultsHash"));
        require(measured.sampleCount != 0, Evaluations_NoSamples());
        _requireScore(measured.score);
    }

    function _requireTwin(ModelId model, QuantisationLoss calldata loss) private view {
        require(loss.twinHash != 0, Evaluations_ZeroHash("twinHash"));
        if (ModelId.unwrap(loss.twin) != 0) models.ownerOf(loss.twin);
        require(!(loss.twin == model), Evaluations_TwinOfItself(model));
        uint256 flips = uint256(loss.gained) + loss.lost;
        require(flips <= loss.measured.sampleCount, Evaluations_TooManyFlips(flips, loss.measured.sampleCount));
    }

    /// @dev That a header is the one of that batch, and the batch the model's.
    function _requireBatch(ModelId model, BatchId batch, BatchHeader calldata header) private view {
        require(
            BatchId.unwrap(header.batch) == BatchId.unwrap(batch) &&
                modelOf(header.book) == model &&
                Records.commitmentOf(header) == ledger.batchCommitmentOf(batch),
            Evaluations_OtherBatch(model, batch)
        );
    }

    function _requireScore(Score calldata score) private pure {
        require(
            score.low <= score.value && score.value <= score.high,
            Evaluations_ScoreOutsideInterval(score.value, score.low, score.high)
        );
    }

    /// @dev Where in its word an inference's stars stand.
    function _place(uint256 index) private pure returns (uint256) {
        return (index & 63) << 2;
    }
}
