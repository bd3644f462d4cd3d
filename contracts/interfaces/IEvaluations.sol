// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId, ModelId} from "../types/Ids.sol";
import {BatchHeader, RecordProof} from "../types/Records.sol";
import {IAccounts} from "./IAccounts.sol";
import {IJournal} from "./IJournal.sol";
import {ILedger} from "./ILedger.sol";
import {IModels} from "./IModels.sol";

/// @notice A score and the interval that it lies in, in millionths: 963,000 is 96.3 %, or 0.963 of whatever the metric counts.
/// @param value The score.
/// @param low Lower end of its 95 % interval.
/// @param high Upper end.
struct Score {
    int64 value;
    int64 low;
    int64 high;
}

/// @notice What was measured, on what, and where the results can be checked.
/// @param metric What the score counts, such as `acc` or `exact_match`.
/// @param datasetHash keccak256 of the samples that were asked, in order.
/// @param sampleCount How many samples that are, at least one.
/// @param resultsHash keccak256 of the results file.
/// @param resultsURI Where it can be read.
struct Measurement {
    string metric;
    bytes32 datasetHash;
    Score score;
    uint32 sampleCount;
    bytes32 resultsHash;
    string resultsURI;
}

/// @notice A benchmark as lm-evaluation-harness runs it.
/// @param task The task's name, such as `hellaswag`.
/// @param taskVersion The version that the task declares.
/// @param configHash keccak256 of the task's configuration as it ran (few-shot, template, seed), zero where none was kept.
struct Benchmark {
    Measurement measured;
    string task;
    string taskVersion;
    bytes32 configHash;
}

/// @notice How a model did on calls that it was really paid for.
/// @param firstBatch First batch that samples were taken from.
/// @param lastBatch Last one.
struct Production {
    Measurement measured;
    BatchId firstBatch;
    BatchId lastBatch;
}

/// @notice What quantisation costs: the model and its full-precision twin answered the same samples.
/// @param twinHash keccak256 of the twin's weights file.
/// @param twin The twin, where it is registered; zero otherwise.
/// @param twinScore The twin's score on the same samples by the same metric.
/// @param gained Samples that the twin got wrong and the quantised model right.
/// @param lost Samples that the twin got right and the quantised model wrong.
/// @param meanKl Mean Kullback–Leibler divergence of the model's predictions from its twin's, in billionths of a nat.
struct QuantisationLoss {
    Measurement measured;
    bytes32 twinHash;
    ModelId twin;
    Score twinScore;
    uint32 gained;
    uint32 lost;
    uint64 meanKl;
}

/// @notice The ratings of a model's recorded inferences, in one slot. They weigh what was paid: their mean is `starsGwei / feesGwei`.
/// @param count How many inferences were rated.
/// @param feesGwei What those cost.
/// @param starsGwei The sum of their stars, each times its fee.
struct Rating {
    uint64 count;
    uint64 feesGwei;
    uint128 starsGwei;
}

/// @title Evaluations
/// @notice What people measured of models, signed by who says so, and what paying callers thought of the answers they paid for.
/// @dev An evaluation is its evaluator's word: anyone who holds an account may give it, and readers choose whom to believe. A rating
/// is a payer's: one for each recorded inference, none for a voided one, and none by an operator of its own service.
interface IEvaluations is IJournal {
    event BenchmarkRecorded(
        uint64 indexed evaluation,
        uint32 indexed model,
        uint32 indexed evaluator,
        Benchmark benchmark
    );
    event ProductionRecorded(
        uint64 indexed evaluation,
        uint32 indexed model,
        uint32 indexed evaluator,
        Production production
    );
    event QuantisationLossRecorded(
        uint64 indexed evaluation,
        uint32 indexed model,
        uint32 indexed evaluator,
        QuantisationLoss loss
    );
    event InferenceRated(
        uint64 indexed batch,
        uint32 indexed model,
        uint32 indexed payer,
        uint32 index,
        uint64 feeGwei,
        uint8 stars
    );
    event RatingDropped(
        uint64 indexed batch,
        uint32 indexed model,
        uint32 indexed payer,
        uint32 index,
        uint64 feeGwei,
        uint8 stars
    );

    error Evaluations_EmptyMetric();
    error Evaluations_EmptyTask();
    error Evaluations_ZeroHash(string field);
    error Evaluations_NoSamples();
    error Evaluations_ScoreOutsideInterval(int64 value, int64 low, int64 high);
    error Evaluations_BatchesOutOfOrder(BatchId firstBatch, BatchId lastBatch);
    error Evaluations_OtherBatch(ModelId model, BatchId batch);
    error Evaluations_OwnService(AccountId payer);
    error Evaluations_TwinOfItself(ModelId model);
    error Evaluations_TooManyFlips(uint256 flips, uint32 sampleCount);
    error Evaluations_StarsOutOfRange(uint8 stars, uint8 max);
    error Evaluations_NotRecorded(BatchId batch, uint256 index);
    error Evaluations_NotPayer(AccountId payer, address caller, address payout);
    error Evaluations_AlreadyRated(BatchId batch, uint256 index, uint8 stars);
    error Evaluations_NotRated(BatchId batch, uint256 index);
    error Evaluations_NotVoided(BatchId batch, uint256 index);

    /// @notice Records how a model did on a benchmark. The caller must hold an account, which is named as the evaluator.
    /// @return evaluation The new evaluation's number, counting from 1 over all kinds.
    function recordBenchmark(ModelId model, Benchmark calldata benchmark) external returns (uint64 evaluation);

    /// @notice Records how a model did in production, on samples from its recorded batches.
    /// @param first Header of the first batch that samples were taken from, as it stands.
    /// @param last Header of the last one.
    function recordProduction(
        ModelId model,
        Production calldata production,
        BatchHeader calldata first,
        BatchHeader calldata last
    ) external returns (uint64 evaluation);

    /// @notice Records what quantising a model cost, against its full-precision twin on the same samples.
    function recordQuantisationLoss(ModelId model, QuantisationLoss calldata loss) external returns (uint64 evaluation);

    /// @notice Rates an answer that the caller paid for. Once, by the payout address of the account that the record charges.
    /// @param stars 1 to 5.
    function rate(RecordProof calldata call, uint8 stars) external;

    /// @notice Takes the rating of an inference out of its model's, since its record was voided. Anyone may.
    function dropRating(RecordProof calldata call) external;

    /// @notice The ratings of a model, those of voided records left out once they were dropped.
    function ratingOf(ModelId model) external view returns (Rating memory);

    /// @notice How an inference was rated, zero if it was not.
    function starsOf(BatchId batch, uint256 index) external view returns (uint8);

    function evaluationCount() external view returns (uint64);

    function ledger() external view returns (ILedger);

    function accounts() external view returns (IAccounts);

    function models() external view returns (IModels);
}
