// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChannelKey} from "../../../contracts/interfaces/IChannels.sol";
import {
    FineTune,
    Method,
    Quantisation,
    RowIndex,
    SketchSource,
    UnitPage,
    UnitPlan
} from "../../../contracts/interfaces/IFineTunes.sol";
import {FeeShares, PayTerms} from "../../../contracts/interfaces/IModels.sol";
import {
    AccountId,
    BondId,
    bondOf,
    ChannelId,
    ContributionId,
    DatasetId,
    ModelId,
    VersionId
} from "../../../contracts/types/Ids.sol";
import {PlainUnits} from "./PlainUnits.sol";
import {World} from "./World.sol";

/// @notice A world with a served model: contributors whose contributions are units of their own, a base model with a royalty, a fine-tune, its
/// operator, and payers with channels.
abstract contract Market is World {
    using PlainUnits for int256[];

    uint256 internal constant CONTRIBUTORS = 6;
    uint256 internal constant PAYERS = 3;
    uint32 internal constant ITEMS = 20;
    uint16 internal constant DIMS = 64;
    uint32 internal constant FEE_UNIT = 1e6;
    uint64 internal constant DEPOSIT = 1_000 * OPEN;
    uint64 internal constant BOND = 100_000 * OPEN;
    uint32 internal constant SALT = 7;

    bytes32 private constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");

    address internal operator = named("operator");
    AccountId internal operatorAccount;
    AccountId internal baseOwner;
    AccountId internal modelOwner;
    AccountId[] internal payers;
    DatasetId internal dataset;
    VersionId internal version;
    ModelId internal base;
    ModelId internal model;

    /// @dev Ascending by id, as their units are.
    ContributionId[] internal contributions;
    AccountId[] internal contributors;

    function setUp() public virtual override {
        super.setUp();
        operatorAccount = openAccount("operator");
        baseOwner = openAccount("base owner");
        modelOwner = openAccount("model owner");
        vm.prank(named("base owner"));
        base = models.registerBase(baseModel(300));
        contributeAll();
        vm.prank(operator);
        court.setReceiptKey(vm.addr(keyOf("receipts")));
        bondUp(bondOf(operatorAccount), BOND);
        for (uint256 i = 0; i < PAYERS; ++i) {
            payers.push(openAccount(payerName(i)));
            token.transfer(named(payerName(i)), 100 * uint256(DEPOSIT) * 1e9);
            vm.prank(named(payerName(i)));
            token.approve(address(earnings), type(uint256).max);
        }
        model = serve(fineTune(), page());
        for (uint256 i = 0; i < PAYERS; ++i) openChannel(i, model);
    }

    /// @dev A dataset with a contribution of each contributor, frozen.
    function contributeAll() internal {
        vm.prank(named("curator"));
        dataset = datasets.register(datasetTerms());
        ContributionId[] memory ids = new ContributionId[](CONTRIBUTORS);
        for (uint256 i = 0; i < CONTRIBUTORS; ++i) {
            AccountId account = openAccount(contributorName(i));
            vm.prank(named(contributorName(i)));
            ids[i] = datasets.contribute(dataset, keccak256("terms"), keccak256(abi.encode("items", i)), ITEMS);
            insert(ids[i], account);
        }
        vm.startPrank(named("curator"));
        datasets.accept(ids);
        version = datasets.freeze(dataset);
        vm.stopPrank();
    }

    /// @dev Registers a fine-tune of the model owner, waits for its activation and lets the operator serve it.
    function serve(FineTune memory tune, UnitPage memory units) internal returns (ModelId served) {
        vm.startPrank(named("model owner"));
        served = fineTunes.registerFineTune(tune, units);
        models.setOperator(served, operatorAccount, true);
        vm.stopPrank();
        bondUp(bondOf(served), BOND);
        pass(ACTIVATION);
    }

    function fineTune() internal view virtual returns (FineTune memory tune) {
        tune.parent = base;
        tune.versions = new VersionId[](1);
        tune.versions[0] = version;
        tune.adapterHash = keccak256("adapter");
        tune.manifestHash = keccak256("manifest");
        tune.manifestURI = "ipfs://run.json";
        tune.method = Method.QLoRA;
        tune.quantisation = Quantisation({scheme: "nf4", bits: 4, doubleQuant: true});
        tune.index = RowIndex({
            fileHash: keccak256("row index"),
            fileURI: "ipfs://row-index",
            dims: DIMS,
            source: SketchSource.Gradient
        });
        tune.plan = UnitPlan({count: uint16(CONTRIBUTORS), minimumRows: 16, jointRows: 0, maxPeak: maxPeak()});
        tune.shares = FeeShares({contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 500});
        tune.pay = PayTerms({baseBps: 0, floorBps: 10_000, sketched: true, feeUnitGwei: FEE_UNIT});
    }

    /// @dev The units of all contributions on one page. Their rows are nobody's: only proofs ask for those.
    function page() internal view virtual returns (UnitPage memory shown) {
        shown.contributions = contributions;
        shown.kept = new uint32[](CONTRIBUTORS);
        int256[][] memory codes = new int256[][](CONTRIBUTORS);
        uint256[] memory scales = new uint256[](CONTRIBUTORS);
        for (uint256 u = 0; u < CONTRIBUTORS; ++u) {
            shown.kept[u] = ITEMS;
            codes[u] = unitCodes(u);
            scales[u] = PlainUnits.scaleOf(peakOf(u), maxPeak());
            bytes32 rowsRoot = keccak256(abi.encode("rows", u));
            shown.units = abi.encodePacked(shown.units, rowsRoot, ITEMS, peakOf(u), codes[u].pack());
        }
        (int256[] memory total, ) = PlainUnits.fixedWeights(scales, codes);
        shown.total = PlainUnits.totalBytes(total);
    }

    function unitCodes(uint256 unit) internal view virtual returns (int256[] memory codes) {
        codes = new int256[](DIMS);
        // Alike enough that fixed weights are positive, and different.
        for (uint256 d = 0; d < DIMS; ++d) {
            codes[d] = int256(uint256(keccak256(abi.encode("shared", d))) % 9) - 4;
            codes[d] += int256(uint256(keccak256(abi.encode("own", unit, d))) % 7) - 3;
        }
    }

    function peakOf(uint256 unit) internal view virtual returns (uint32) {
        return uint32(1_000 + 100 * unit);
    }

    function maxPeak() internal view virtual returns (uint32) {
        return peakOf(CONTRIBUTORS - 1);
    }

    function openChannel(uint256 payer, ModelId served) internal returns (ChannelId) {
        vm.prank(named(payerName(payer)));
        return channels.openChannel(operatorAccount, served, SALT, vm.addr(keyOf(payerName(payer))), DEPOSIT);
    }

    function channelKey(uint256 payer) internal view returns (ChannelKey memory) {
        return ChannelKey({payer: payers[payer], operator: operatorAccount, model: model, salt: SALT});
    }

    function channelOf(uint256 payer) internal view returns (ChannelId) {
        return ChannelId.wrap(keccak256(abi.encodePacked(payers[payer], operatorAccount, model, SALT)));
    }

    /// @dev A payer's compact signature (EIP-2098) for all that may be charged, in fee units.
    function signVoucher(uint256 payer, uint256 units) internal view returns (uint128 amount, bytes32 r, bytes32 vs) {
        amount = uint128(units * FEE_UNIT * 1e9);
        bytes32 structHash = keccak256(abi.encode(VOUCHER_TYPEHASH, channelOf(payer), amount));
        uint8 v;
        bytes32 s;
        (v, r, s) = vm.sign(keyOf(payerName(payer)), typedHash(address(channels), structHash));
        vs = bytes32((uint256(v - 27) << 255) | uint256(s));
    }

    /// @dev Lets the operator charge a payer so many fee units in all.
    function cover(uint256 payer, uint256 units) internal {
        (uint128 amount, bytes32 r, bytes32 vs) = signVoucher(payer, units);
        channels.present(channelKey(payer), amount, r, vs);
    }

    function typedHash(address verifying, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Attribution Ledger"),
                keccak256("2"),
                block.chainid,
                verifying
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @dev The channels of all payers, as a batch names them.
    function namedChannels() internal view returns (bytes memory channels_) {
        for (uint256 i = 0; i < PAYERS; ++i) channels_ = abi.encodePacked(channels_, payers[i], SALT);
    }

    function bondUp(BondId bond, uint64 amountGwei) internal {
        token.approve(address(bonds), uint256(amountGwei) * 1e9);
        bonds.deposit(bond, amountGwei);
    }

    function keyOf(string memory name) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("key", name)));
    }

    function payerName(uint256 i) internal pure returns (string memory) {
        return string(abi.encodePacked("payer", i));
    }

    function contributorName(uint256 i) internal pure returns (string memory) {
        return string(abi.encodePacked("contributor", i));
    }

    function insert(ContributionId id, AccountId account) private {
        contributions.push(id);
        contributors.push(account);
        for (uint256 i = contributions.length - 1; i > 0; --i) {
            if (ContributionId.unwrap(contributions[i - 1]) < ContributionId.unwrap(contributions[i])) break;
            (contributions[i - 1], contributions[i]) = (contributions[i], contributions[i - 1]);
            (contributors[i - 1], contributors[i]) = (contributors[i], contributors[i - 1]);
        }
    }
}
