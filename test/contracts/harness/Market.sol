// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FineTune} from "../../../contracts/interfaces/IModels.sol";
import {AccountId, BondId, bondOf, ModelId, VersionId} from "../../../contracts/types/Ids.sol";
import {encodeRecord} from "./RandomRecords.sol";
import {PlainRecord, PlainRow} from "./RecordsHarness.sol";
import {World} from "./World.sol";

/// @notice A world with a served model: a base model with a royalty, a fine-tune of it, its operator, three payers with
/// tabs, and contributors.
abstract contract Market is World {
    uint64 internal constant FUNDS = 1_000_000_000;
    uint64 internal constant CAP = 1_000_000;
    uint64 internal constant BOND = 1_000_000_000_000_000;
    uint256 internal constant CONTRIBUTORS = 12;

    address internal operator = named("operator");
    AccountId internal baseOwner;
    AccountId internal modelOwner;
    AccountId internal operatorAccount;
    AccountId[3] internal payers;
    AccountId[CONTRIBUTORS] internal contributors;
    ModelId internal base;
    VersionId internal version;
    ModelId internal model;

    function setUp() public virtual override {
        super.setUp();
        baseOwner = openAccount("base owner");
        modelOwner = openAccount("model owner");
        operatorAccount = openAccount("operator");
        for (uint256 i = 0; i < CONTRIBUTORS; ++i) contributors[i] = openAccount(contributorName(i));
        vm.prank(named("base owner"));
        base = models.registerBase(baseModel(300));
        version = frozenVersion(named("model owner"), named(contributorName(0)));
        bondUp(bondOf(operatorAccount), BOND);
        model = serve(fineTune(base, version));
        for (uint256 i = 0; i < payers.length; ++i) {
            payers[i] = openAccount(payerName(i));
            fund(named(payerName(i)), FUNDS, CAP);
        }
    }

    /// @dev Registers a fine-tune of the model owner and lets the operator serve it.
    function serve(FineTune memory tune) internal returns (ModelId served) {
        vm.startPrank(named("model owner"));
        served = models.registerFineTune(tune);
        models.setOperator(served, operatorAccount, true);
        vm.stopPrank();
        bondUp(bondOf(served), BOND);
    }

    /// @dev Paid by the test itself, as anyone may.
    function bondUp(BondId bond, uint64 amountGwei) internal {
        token.approve(address(ledger), uint256(amountGwei) * 1e9);
        ledger.depositBond(bond, amountGwei);
    }

    function payerName(uint256 i) internal pure returns (string memory) {
        return string(abi.encodePacked("payer", i));
    }

    function contributorName(uint256 i) internal pure returns (string memory) {
        return string(abi.encodePacked("contributor", i));
    }

    function fund(address payer, uint64 amountGwei, uint64 maxFeeGwei) internal {
        token.transfer(payer, uint256(amountGwei) * 1e9);
        vm.startPrank(payer);
        token.approve(address(ledger), uint256(amountGwei) * 1e9);
        ledger.fundTab(operatorAccount, amountGwei, maxFeeGwei);
        vm.stopPrank();
    }

    function record(bytes memory records) internal {
        vm.prank(operator);
        ledger.recordBatch(model, records);
    }

    /// @dev A record that pays one contributor everything.
    function recordFor(uint256 payer, uint64 feeGwei, uint256 contributor) internal view returns (bytes memory) {
        PlainRow[] memory rows = new PlainRow[](1);
        rows[0] = PlainRow({row: 7, account: AccountId.unwrap(contributors[contributor]), weight: 65_535});
        return encodeRecord(PlainRecord(keccak256("call"), AccountId.unwrap(payers[payer]), feeGwei, rows, sketch(32)));
    }

    function sketch(uint256 size) internal pure returns (bytes memory codes) {
        codes = new bytes(size);
        for (uint256 i = 0; i < size; ++i) codes[i] = 0x79;
    }
}
