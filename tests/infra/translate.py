"""SAM's template as plain CloudFormation, which is what AWS sees: run by the Python that has SAM.

python translate.py TEMPLATE    prints it as JSON; needs no network and no credentials
"""

import json
import sys
from pathlib import Path

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

template = yaml_parse(Path(sys.argv[1]).read_text(encoding="utf-8"))
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        # Where `sam deploy` would put the artifact.
        resource["Properties"]["CodeUri"] = "s3://bucket/artifact.zip"
translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
json.dump(translator.translate(sam_template=template, parameter_values={}), sys.stdout, indent=1)
