// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "./interfaces/IAccounts.sol";
import {IClock} from "./interfaces/IClock.sol";
import {IDatasets, Member} from "./interfaces/IDatasets.sol";
import {Draft, FineTune, IFineTunes, UnitPage, UnitPlan} from "./interfaces/IFineTunes.sol";
import {FineTuneTerms, IModels} from "./interfaces/IModels.sol";
import {Journal} from "./Journal.sol";
import {WideProducts} from "./libraries/WideProducts.sol";
import {Sheets} from "./models/Sheets.sol";
import {UnitPages} from "./models/UnitPages.sol";
import {OpenToken} from "./OpenToken.sol";
import {AccountId, ContributionId, ModelId, VersionId} from "./types/Ids.sol";

/// @title FineTunes
/// @dev What each function promises stands in `IFineTunes`.
contract FineTunes is IFineTunes, Journal {
    using UnitPages for Draft;

    uint256 public constant MAX_VERSIONS = 8;
    uint256 private constant CONTRIBUTION_BYTES = 36;

    IModels public immutable models;
    IAccounts public immutable accounts;
    IDatasets public immutable datasets;
    IClock public immutable clock;

    /// @inheritdoc IFineTunes
    mapping(ModelId model => bytes32) public draftHashOf;

    constructor(OpenToken token, IModels models_) {
        models = models_;
        accounts = models_.accounts();
        datasets = models_.datasets();
        clock = models_.clock();
        token.refuseTransfers();
    }

    /// @inheritdoc IFineTunes
    function registerFineTune(FineTune calldata fineTune, UnitPage calldata page) external returns (ModelId model) {
        WideProducts.reserve();
        AccountId owner = accounts.requireAccountOf(msg.sender);
        _requireVersions(fineTune.versions);
        _requirePlan(fineTune.plan);
        require(fineTune.adapterHash != 0, FineTunes_ZeroHash("adapterHash"));
        require(fineTune.manifestHash != 0, FineTunes_ZeroHash("manifestHash"));
        require((fineTune.index.dims == 0) == (fineTune.index.fileHash == 0), FineTunes_ZeroHash("index.fileHash"));

        model = models.enter(
            owner,
            FineTuneTerms({
                parent: fineTune.parent,
                shares: fineTune.shares,
                pay: fineTune.pay,
                dims: fineTune.index.dims
            })
        );
        _emit(3, abi.encodePacked(abi.encode(FineTuneBegun.selector, model, owner), abi.encode(fineTune)));
        _add(model, fineTune, UnitPages.begin(fineTune.index.dims), page);
    }

    /// @inheritdoc IFineTunes
    function continueFineTune(
        ModelId model,
        FineTune calldata fineTune,
        Draft calldata draft,
        UnitPage calldata page
    ) external {
        WideProducts.reserve();
        AccountId caller = accounts.requireAccountOf(msg.sender);
        require(models.ownerOf(model) == caller, FineTunes_NotOwner(model, caller));
        bytes32 found = _hashOf(fineTune, page.total, abi.encode(draft));
        bytes32 expected = draftHashOf[model];
        require(found == expected, FineTunes_OtherDraft(model, found, expected));
        delete draftHashOf[model];
        _add(model, fineTune, draft, page);
    }

    /// @dev Adds a page, and registers the model where it was the last one.
    function _add(ModelId model, FineTune calldata fineTune, Draft memory draft, UnitPage calldata page) private {
        clock.runningTime();
        // Pages cost settlements a little each, so none is for nothing.
        require(page.contributions.length != 0, FineTunes_EmptyPage(model));
        require(
            page.contributions.length == page.kept.length,
            FineTunes_PageLengths(page.contributions.length, page.kept.length)
        );
        Member[] memory members = datasets.membersOf(fineTune.versions, page.contributions);
        uint16 firstUnit = draft.unitCount;
        bool isLast = _isLast(fineTune.versions, draft.versionCounts, members);
        bytes memory written = draft.add(fineTune, page, members, isLast);
        bytes memory left = isLast ? bytes("") : abi.encode(draft);
        if (!isLast) draftHashOf[model] = _hashOf(fineTune, page.total, left);
        bytes memory topics = abi.encode(UnitsRegistered.selector, model);
        _emit(2, abi.encodePacked(topics, abi.encode(firstUnit, _packed(page), written, left)));
        if (isLast) _finish(model, fineTune, draft, page.total);
    }

    function _finish(ModelId model, FineTune calldata fineTune, Draft memory draft, bytes calldata total) private {
        (bytes32 indexRoot, uint64 floorNorm) = draft.finish(fineTune, total);
        bytes32 totalHash = keccak256(total);
        _emit(
            2,
            abi.encode(
                FineTuneRegistered.selector,
                model,
                indexRoot,
                totalHash,
                floorNorm,
                draft.fixedTotal,
                draft.keptRows
            )
        );
        models.activate(model, Sheets.write(draft, fineTune.versions, indexRoot, totalHash, floorNorm));
    }

    /// @dev Whether a page names the last contributions of all versions.
    function _isLast(
        VersionId[] calldata versions,
        uint256 counts,
        Member[] memory members
    ) private view returns (bool isLast) {
        isLast = true;
        for (uint256 v = 0; v < versions.length; ++v) {
            uint256 named = uint32(counts >> (32 * v));
            for (uint256 i = 0; i < members.length; ++i) named += (members[i].versions >> v) & 1;
            if (named != datasets.versionOf(versions[v]).contributionCount) isLast = false;
        }
    }

    /// @dev For the log: contribution bytes32 ‖ kept uint32, each.
    function _packed(UnitPage calldata page) private pure returns (bytes memory packed) {
        ContributionId[] calldata contributions = page.contributions;
        uint32[] calldata kept = page.kept;
        packed = new bytes(contributions.length * CONTRIBUTION_BYTES + 0x20);
        for (uint256 i = 0; i < contributions.length; ++i) {
            bytes32 contribution = ContributionId.unwrap(contributions[i]);
            uint256 keptRows = kept[i];
            assembly ("memory-safe") {
                let place := add(add(packed, 0x20), mul(i, CONTRIBUTION_BYTES))
                mstore(place, contribution)
                mstore(add(place, 0x20), shl(224, keptRows))
            }
        }
        assembly ("memory-safe") {
            mstore(packed, sub(mload(packed), 0x20))
        }
    }

    function _requireVersions(VersionId[] calldata versions) private pure {
        require(
            versions.length != 0 && versions.length <= MAX_VERSIONS,
            FineTunes_VersionsOutOfRange(versions.length, MAX_VERSIONS)
        );
        VersionId previous;
        for (uint256 i = 0; i < versions.length; ++i) {
            VersionId version = versions[i];
            require(
                VersionId.unwrap(version) > VersionId.unwrap(previous),
                FineTunes_VersionsUnsorted(previous, version)
            );
            previous = version;
        }
    }

    function _requirePlan(UnitPlan calldata plan) private pure {
        require(
            plan.count != 0 &&
                plan.count <= UnitPages.MAX_UNITS &&
                plan.minimumRows >= UnitPages.MIN_ROWS &&
                plan.minimumRows <= UnitPages.MAX_MINIMUM,
            FineTunes_PlanOutOfRange(plan)
        );
    }

    /// @dev With the total, so that no page works out fixed weights from another one.
    function _hashOf(
        FineTune calldata fineTune,
        bytes calldata total,
        bytes memory draft
    ) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(abi.encode(fineTune)), keccak256(total), draft));
    }
}
