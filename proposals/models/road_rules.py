"""What the database itself keeps of a proposal's road: lawful steps, remembered; what was filed stays as filed."""

import pgtrigger

from proposals.workflow import LAWFUL_PAIRS, Stage

# A change of the table of steps changes the trigger, so a missing migration is noticed.
_PAIRS = ", ".join(f"('{source}', '{target}')" for source, target in sorted(LAWFUL_PAIRS))
# Whatever the trigger looks at must not change under it, so the application's row is held.
_FILED = "SELECT 1 FROM proposals_application WHERE id = NEW.application_id AND filed_at IS NOT NULL FOR SHARE"


def rules_of_the_road(columns: list[str]) -> list[pgtrigger.Trigger]:
    """Return the triggers of the table; ``columns`` are those that hold what the applicant filed."""
    return [
        pgtrigger.Trigger(
            name="stage_moves_lawfully",
            operation=pgtrigger.Insert | pgtrigger.UpdateOf("stage"),
            when=pgtrigger.Before,
            func=f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.stage <> 'draft' THEN
                    RAISE EXCEPTION 'a proposal begins as a draft, not as %', NEW.stage
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_proposal_begins_as_a_draft';
                END IF;
                IF EXISTS ({_FILED}) THEN
                    RAISE EXCEPTION 'the application is filed and takes no further proposal'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_proposal_joins_a_draft';
                END IF;
            ELSIF OLD.stage = 'draft' AND NEW.stage = 'filed' AND NOT EXISTS ({_FILED}) THEN
                RAISE EXCEPTION 'a proposal is filed with its application, never alone'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_proposal_filed_with_application';
            ELSIF NEW.stage <> OLD.stage AND (OLD.stage, NEW.stage) NOT IN ({_PAIRS}) THEN
                RAISE EXCEPTION 'no step leads from % to %', OLD.stage, NEW.stage
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_proposal_stage_moves_lawfully';
            END IF;
            RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="step_is_remembered",
            operation=pgtrigger.UpdateOf("stage"),
            when=pgtrigger.After,
            timing=pgtrigger.Deferred,
            condition=pgtrigger.Q(old__stage__df=pgtrigger.F("new__stage")),
            func="""
            IF NOT EXISTS (
                SELECT 1 FROM proposals_stagechange
                WHERE proposal_id = NEW.id AND from_stage = OLD.stage AND to_stage = NEW.stage
                      AND transaction = txid_current()) THEN
                RAISE EXCEPTION 'the step of proposal % from % to % was not recorded', NEW.id, OLD.stage, NEW.stage
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_proposal_step_is_remembered';
            END IF;
            RETURN NULL;
            """,
        ),
        pgtrigger.Trigger(
            name="maslikhat_decides_by_resolution",
            operation=pgtrigger.UpdateOf("stage"),
            when=pgtrigger.After,
            timing=pgtrigger.Deferred,
            condition=pgtrigger.Q(old__stage=Stage.AGENDA) & ~pgtrigger.Q(new__stage=Stage.AGENDA),
            func="""
            IF NEW.stage IN ('approved', 'refused') AND NOT EXISTS (
                SELECT 1 FROM proposals_itemdecision decision
                JOIN proposals_agendaitem item ON item.id = decision.item_id
                JOIN proposals_draftresolution paper ON paper.id = decision.draft_id
                WHERE item.proposal_id = NEW.id AND item.outcome = decision.outcome AND paper.state = 'published'
                      AND (decision.outcome = 'declined') = (NEW.stage = 'refused')
                      AND decision.outcome <> 'postponed') THEN
                RAISE EXCEPTION 'proposal % is decided by a published resolution only', NEW.id
                    USING ERRCODE = 'check_violation',
                    CONSTRAINT = 'proposals_proposal_maslikhat_decides_by_resolution';
            END IF;
            RETURN NULL;
            """,
        ),
        pgtrigger.Trigger(
            name="filed_content_stays",
            operation=pgtrigger.Update | pgtrigger.Delete,
            when=pgtrigger.Before,
            func=f"""
            IF OLD.stage <> 'draft' AND (TG_OP = 'DELETE' OR
               (OLD.application_id, OLD.position) IS DISTINCT FROM (NEW.application_id, NEW.position) OR
               (OLD.stage <> 'clarification' AND ({", ".join(f"OLD.{name}" for name in columns)})
                IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in columns)}))) THEN
                RAISE EXCEPTION 'proposal % is filed and cannot be changed', OLD.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_proposal_filed_content_stays';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            IF NEW.application_id <> OLD.application_id AND EXISTS ({_FILED}) THEN
                RAISE EXCEPTION 'the application is filed and takes no further proposal'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_proposal_joins_a_draft';
            END IF;
            RETURN NEW;
            """,
        ),
    ]
