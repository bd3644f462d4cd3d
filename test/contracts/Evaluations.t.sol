// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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
import {BatchHeader} from "../../contracts/types/Records.sol";
import {MarketBooks} from "./harness/MarketBooks.sol";

contract EvaluationsTest is MarketBooks {
    address private evaluator = named("evaluator");
    AccountId private evaluatorAccount;

    function setUp() public override {
        super.setUp();
        evaluatorAccount = openAccount("evaluator");
        recordOne(0, 5, 1);
        recordOne(1, 6, 2);
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
        vm.expectEmit(address(evaluations));
        emit IEvaluations.ProductionRecorded(
            1,
            ModelId.unwrap(model),
            AccountId.unwrap(evaluatorAccount),
            production(1, 2)
        );
        vm.assertEq(evaluations.recordProduction(model, production(1, 2), headerOf(0), headerOf(1)), 1);
        vm.assertEq(evaluations.recordProduction(model, production(2, 2), headerOf(1), headerOf(1)), 2);
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
        evaluations.recordProduction(unknown, production(1, 1), headerOf(0), headerOf(0));
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

    function test_GivenBatchesInTheWrongOrder_WhenRecordingProduction_ItReverts() public {
        BatchHeader memory first = headerOf(0);
        BatchHeader memory second = headerOf(1);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_BatchesOutOfOrder.selector, 2, 1));
        evaluations.recordProduction(model, production(2, 1), second, first);
    }

    function test_GivenAHeaderThatIsNotTheBatchs_WhenRecordingProduction_ItReverts() public {
        BatchHeader memory right = headerOf(1);
        BatchHeader memory wrong = headerOf(0);
        expectOtherBatch(1, 2, right, right, 1);
        expectOtherBatch(1, 2, wrong, wrong, 2);
        wrong.batch = BatchId.wrap(2);
        expectOtherBatch(1, 2, headerOf(0), wrong, 2);
        wrong = headerOf(0);
        wrong.units += 1;
        expectOtherBatch(1, 2, wrong, right, 1);
        wrong = headerOf(1);
        wrong.batch = BatchId.wrap(3);
        expectOtherBatch(1, 3, headerOf(0), wrong, 3);
        wrong.batch = BatchId.wrap(0);
        expectOtherBatch(0, 2, wrong, right, 0);
    }

    function test_GivenBatchesOfAnotherModel_WhenRecordingProduction_ItReverts() public {
        BatchHeader memory first = headerOf(0);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_OtherBatch.selector, base, 1));
        evaluations.recordProduction(base, production(1, 1), first, first);

        // A second model, whose batches stand between those of the first.
        vm.stopPrank();
        ModelId second = serve(fineTune(), page());
        vm.startPrank(evaluator);
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_OtherBatch.selector, second, 1));
        evaluations.recordProduction(second, production(1, 1), first, first);
    }

    function test_GivenAHeaderFromBeforeARecordWasVoided_WhenRecordingProduction_ItReverts() public {
        BatchHeader memory before = headerOf(0);
        vm.stopPrank();
        takeOut(0, 0, false);
        vm.startPrank(evaluator);
        expectOtherBatch(1, 1, before, before, 1);
        BatchHeader memory stands = headerOf(0);
        vm.assertEq(evaluations.recordProduction(model, production(1, 1), stands, stands), 1);
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

    function expectOtherBatch(
        uint64 from,
        uint64 to,
        BatchHeader memory first,
        BatchHeader memory last,
        uint64 wrong
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IEvaluations.Evaluations_OtherBatch.selector, model, wrong));
        evaluations.recordProduction(model, production(from, to), first, last);
    }

    function headerOf(uint256 place) private view returns (BatchHeader memory) {
        return recorded[place].header;
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
