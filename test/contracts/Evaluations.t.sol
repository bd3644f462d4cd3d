// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Evaluations} from "../../contracts/Evaluations.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {
    Benchmark,
    IEvaluations,
    Measurement,
    Production,
    QuantisationLoss,
    Score
} from "../../contracts/interfaces/IEvaluations.sol";
import {IModels} from "../../contracts/interfaces/IModels.sol";
import {AccountId, BatchId, ModelId} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";

contract EvaluationsTest is Market {
    address private evaluator = named("evaluator");
    AccountId private evaluatorAccount;
    Evaluations private evaluations;

    function setUp() public override {
        super.setUp();
        evaluatorAccount = openAccount("evaluator");
        evaluations = new Evaluations(ledger);
        vm.startPrank(evaluator);
    }

    function test_WhenDeployed_ItAsksTheLedgersContracts() public view {
        vm.assertEq(address(evaluations.ledger()), address(ledger));
        vm.assertEq(address(evaluations.accounts()), address(accounts));
        vm.assertEq(address(evaluations.models()), address(models));
        vm.assertEq(evaluations.evaluationCount(), 0);
    }

    function test_WhenABenchmarkIsRecorded_AllOfItIsTold() public {
        vm.expectEmit(address(evaluations));
        emit IEvaluations.BenchmarkRecorded(1, ModelId.unwrap(model), AccountId.unwrap(evaluatorAccount), benchmark());
        vm.assertEq(evaluations.recordBenchmark(model, benchmark()), 1);
    }

    function test_WhenProductionIsRecorded_AllOfItIsTold() public {
        recordBatches(2);
        vm.startPrank(evaluator);
        vm.expectEmit(address(evaluations));
        emit IEvaluations.ProductionRecorded(
            1,
            ModelId.unwrap(model),
            AccountId.unwrap(evaluatorAccount),
            production(1, 2)
        );
        vm.assertEq(evaluations.recordProduction(model, production(1, 2)), 1);
    }

    function test_WhenAQuantisationLossIsRecorded_AllOfItIsTold() public {
        vm.expectEmit(address(evaluations));
        emit IEvaluations.QuantisationLossRecorded(
            1,
            ModelId.unwrap(model),
            AccountId.unwrap(evaluatorAccount),
            loss(base)
        );
        vm.assertEq(evaluations.recordQuantisationLoss(model, loss(base)), 1);
    }

    function test_GivenATwinThatIsNotRegistered_ItsHashIsEnough() public {
        vm.assertEq(evaluations.recordQuantisationLoss(model, loss(ModelId.wrap(0))), 1);
    }

    function test_WhenRecorded_KindsAreCountedTogetherAndJournalled() public {
        evaluations.recordBenchmark(base, benchmark());
        evaluations.recordQuantisationLoss(model, loss(base));
        vm.assertEq(evaluations.recordBenchmark(model, benchmark()), 3);
        vm.assertEq(evaluations.evaluationCount(), 3);
        (uint48 count, ) = evaluations.journal();
        vm.assertEq(count, 3);
    }

    function test_GivenNoAccount_WhenRecording_ItReverts() public {
        vm.stopPrank();
        vm.startPrank(named("stranger"));
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("stranger")));
        evaluations.recordBenchmark(model, benchmark());
    }

    function test_GivenAnUnknownModel_WhenRecording_ItReverts() public {
        ModelId unknown = ModelId.wrap(9);
        bytes memory refusal = abi.encodeWithSelector(IModels.Models_UnknownModel.selector, unknown);
        vm.expectRevert(refusal);
        evaluations.recordBenchmark(unknown, benchmark());
        vm.expectRevert(refusal);
        evaluations.recordProduction(unknown, production(1, 1));
        vm.expectRevert(refusal);
        evaluations.recordQuantisationLoss(unknown, loss(base));
        vm.expectRevert(refusal);
        evaluations.recordQuantisationLoss(model, loss(unknown));
    }

    function test_GivenAMeasurementWithAHole_WhenRecording_ItReverts() public {
        Benchmark memory incomplete = benchmark();
        incomplete.measured.metric = "";
        expectRefused(incomplete, abi.encodeWithSelector(IEvaluations.Evaluations_EmptyMetric.selector));
        incomplete = benchmark();
        incomplete.measured.datasetHash = 0;
        expectRefused(incomplete, zeroHash("datasetHash"));
        incomplete = benchmark();
        incomplete.measured.resultsHash = 0;
        expectRefused(incomplete, zeroHash("resultsHash"));
        incomplete = benchmark();
        incomplete.measured.sampleCount = 0;
        expectRefused(incomplete, abi.encodeWithSelector(IEvaluations.Evaluations_NoSamples.selector));
        incomplete = benchmark();
        incomplete.task = "";
        expectRefused(incomplete, abi.encodeWithSelector(IEvaluations.Evaluations_EmptyTask.selector));
    }

    function testFuzz_GivenAnyScore_ItIsTakenExactlyIfItsIntervalContainsIt(Score memory score) public {
        Benchmark memory scored = benchmark();
        scored.measured.score = score;
        if (score.low > score.value || score.value > score.high) vm.expectRevert(outside(score));
        evaluations.recordBenchmark(model, scored);
    }

    function test_GivenAScoreAtAnEndOfItsInterval_ItIsTaken() public {
        Benchmark memory exact = benchmark();
        exact.measured.score = Score(-5, -5, -5);
        vm.assertEq(evaluations.recordBenchmark(model, exact), 1);
    }

    function test_GivenATwinScoreOutsideItsInterval_ItReverts() public {
        QuantisationLoss memory lost = loss(base);
        lost.twinScore = Score({value: 900_000, low: 910_000, high: 980_000});
        vm.expectRevert(outside(lost.twinScore));
        evaluations.recordQuantisationLoss(model, lost);
    }

    function test_GivenBatchesThatAreNotThere_WhenRecordingProduction_ItReverts() public {
        recordBatches(2);
        vm.startPrank(evaluator);
        expectNoBatches(0, 1);
        expectNoBatches(2, 1);
        expectNoBatches(1, 3);
    }

    function test_GivenNoTwin_WhenRecordingItsLoss_ItReverts() public {
        QuantisationLoss memory lost = loss(base);
        lost.twinHash = 0;
        vm.expectRevert(zeroHash("twinHash"));
        evaluations.recordQuantisationLoss(model, lost);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_TwinOfItself.selector, model));
        evaluations.recordQuantisationLoss(model, loss(model));
    }

    function test_GivenMoreFlipsThanSamples_ItReverts() public {
        QuantisationLoss memory lost = loss(base);
        (lost.gained, lost.lost) = (150, 250);
        evaluations.recordQuantisationLoss(model, lost);
        (lost.gained, lost.lost) = (type(uint32).max, 1);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_TooManyFlips.selector, uint256(1) << 32, 400));
        evaluations.recordQuantisationLoss(model, lost);
        (lost.gained, lost.lost) = (150, 251);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_TooManyFlips.selector, 401, 400));
        evaluations.recordQuantisationLoss(model, lost);
    }

    function expectRefused(Benchmark memory refused, bytes memory reason) private {
        vm.expectRevert(reason);
        evaluations.recordBenchmark(model, refused);
    }

    function expectNoBatches(uint64 first, uint64 last) private {
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_BatchesOutOfRange.selector, first, last, 2));
        evaluations.recordProduction(model, production(first, last));
    }

    function recordBatches(uint256 count) private {
        vm.stopPrank();
        for (uint256 i = 0; i < count; ++i) record(recordFor(0, 1_000, 0));
    }

    function measurement() private pure returns (Measurement memory) {
        return
            Measurement({
                metric: "acc",
                datasetHash: keccak256("samples"),
                score: Score({value: 963_000, low: 940_000, high: 978_000}),
                sampleCount: 400,
                resultsHash: keccak256("results"),
                resultsURI: "ipfs://results"
            });
    }

    function benchmark() private pure returns (Benchmark memory) {
        return
            Benchmark({
                measured: measurement(),
                task: "hellaswag",
                taskVersion: "1.0",
                configHash: keccak256("config")
            });
    }

    function production(uint64 first, uint64 last) private pure returns (Production memory) {
        return Production({measured: measurement(), firstBatch: BatchId.wrap(first), lastBatch: BatchId.wrap(last)});
    }

    function loss(ModelId twin) private pure returns (QuantisationLoss memory) {
        return
            QuantisationLoss({
                measured: measurement(),
                twinHash: keccak256("twin"),
                twin: twin,
                twinScore: Score({value: 968_000, low: 945_000, high: 981_000}),
                gained: 3,
                lost: 5,
                meanKl: 12_000_000
            });
    }

    function outside(Score memory score) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IEvaluations.Evaluations_ScoreOutsideInterval.selector,
                score.value,
                score.low,
                score.high
            );
    }

    function zeroHash(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEvaluations.Evaluations_ZeroHash.selector, field);
    }
}
